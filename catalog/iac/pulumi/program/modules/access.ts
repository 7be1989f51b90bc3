import * as pulumi from "@pulumi/pulumi";
import type { Access } from "./cluster";

/** Teams have the group of their role. Ansible installs what the cluster runs on: an administrator. */
export function accessOf(cluster: string, teams: Record<string, string>, iam: pulumi.StackReference) {
    const teamRoles = iam.requireOutput("team_role_arns");
    const ansibleRoles = iam.requireOutput("ansible_role_arns");
    const access: Record<string, Access> = {};
    for (const [team, role] of Object.entries(teams)) {
        const admin = role === "admin";
        access[`team-${team}`] = {
            principalArn: teamRoles.apply(arns => arns[team]),
            groups: admin ? [] : [role],
            admin,
        };
    }
    access[cluster] = { principalArn: ansibleRoles.apply(arns => arns[cluster]), groups: [], admin: true };
    return access;
}
