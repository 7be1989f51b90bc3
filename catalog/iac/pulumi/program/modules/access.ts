import * as pulumi from "@pulumi/pulumi";
import type { Access } from "./cluster";

/**
 * Teams have the group of their role. Who installs what the cluster runs on is an administrator; Ansible's other playbooks
 * have the groups of ansible/rbac. An Argo CD on another cluster, whose outputs `argocd` are, brings this one to what Git
 * says, whatever that is.
 */
export function accessOf(
    cluster: string,
    teams: Record<string, string>,
    iam: pulumi.StackReference,
    argocd?: pulumi.StackReference,
) {
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
    for (const name of argocd === undefined ? [] : ["controller", "server"]) {
        const principalArn = argocd!.requireOutput("argocd_role_arns").apply(arns => arns[name]);
        access[`argocd-${name}`] = { principalArn, groups: [], admin: true };
    }
    return access;
}
