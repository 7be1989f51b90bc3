import * as pulumi from "@pulumi/pulumi";
import type { Access } from "./cluster";

/**
 * Teams have the group of their role. Who installs what the cluster runs on is an administrator; Ansible's other playbooks
 * have the groups of ansible/rbac.
 */
export function accessOf(cluster: string, teams: Record<string, string>, iam: pulumi.StackReference) {
    const roleOf = (output: string, key: string) => iam.requireOutput(output).apply(arns => arns[key]);
    const access: Record<string, Access> = {};
    for (const [team, role] of Object.entries(teams)) {
        const admin = role === "admin";
        access[`team-${team}`] = { principalArn: roleOf("team_role_arns", team), groups: admin ? [] : [role], admin };
    }
    access.install = { principalArn: roleOf("install_role_arns", cluster), groups: [], admin: true };
    access.ansible = {
        principalArn: roleOf("ansible_role_arns", cluster),
        groups: ["ansible-backup", "ansible-maintenance", "ansible-restore"],
        admin: false,
    };
    return access;
}
