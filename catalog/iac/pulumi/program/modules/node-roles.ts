import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { account, policy, trustedBy } from "./policies";

const policies = [
    "AmazonEC2ContainerRegistryPullOnly",
    "AmazonEKSWorkerNodePolicy",
    "AmazonSSMManagedInstanceCore", // Ansible gets in by Session Manager: no SSH, no keys, no open port
];

/** A role of nodes, with what the nodes must wait for. */
export interface NodeRole {
    role: aws.iam.Role;
    attachments: pulumi.Resource[];
}

/** A role for each kind of group that there is: EKS makes and removes the access entry of the managed ones' itself. */
export function nodeRoles<Kind extends string>(
    name: string,
    kinds: Record<Kind, boolean>,
): Partial<Record<Kind, NodeRole>> {
    const made: Partial<Record<Kind, NodeRole>> = {};
    for (const kind of Object.keys(kinds) as Kind[]) {
        if (kinds[kind]) {
            made[kind] = nodeRole(name, kind);
        }
    }
    return made;
}

function nodeRole(name: string, kind: string): NodeRole {
    const { partition } = account();
    const role = new aws.iam.Role(`nodes-node-${kind}`, {
        name: `${name}-node-${kind}`,
        assumeRolePolicy: trustedBy("ec2.amazonaws.com"),
    });
    const attachments = policies.map(
        policyName =>
            new aws.iam.RolePolicyAttachment(`nodes-node-${kind}-${policyName}`, {
                role: role.name,
                policyArn: pulumi.interpolate`arn:${partition}:iam::aws:policy/${policyName}`,
            }),
    );
    // Cilium's operator gives pods addresses of the VPC. It runs on the node's network, before any add-on that could
    // give it a role of its own.
    const cilium = new aws.iam.RolePolicy(`nodes-cilium-${kind}`, {
        name: "cilium",
        role: role.name,
        policy: policy(
            {
                Action: [
                    "ec2:AssignPrivateIpAddresses",
                    "ec2:AttachNetworkInterface",
                    "ec2:CreateNetworkInterface",
                    "ec2:DeleteNetworkInterface",
                    "ec2:DescribeInstances",
                    "ec2:DescribeInstanceTypes",
                    "ec2:DescribeNetworkInterfaces",
                    "ec2:DescribeRouteTables",
                    "ec2:DescribeSecurityGroups",
                    "ec2:DescribeSubnets",
                    "ec2:DescribeTags",
                    "ec2:DescribeVpcs",
                    "ec2:ModifyNetworkInterfaceAttribute",
                    "ec2:UnassignPrivateIpAddresses",
                ],
                Resource: "*",
            },
            // What it tags are its interfaces: what other tags say, such as who may enter a machine, is none of its business.
            {
                Action: "ec2:CreateTags",
                Resource: pulumi.interpolate`arn:${partition}:ec2:*:*:network-interface/*`,
            },
        ),
    });
    return { role, attachments: [...attachments, cilium] };
}
