import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { NodeGroup, NodesArgs } from "./node-groups";

/** What nodes of a self-managed group are told; EKS tells those of managed ones. */
export interface Start {
    imageId: string;
    userData: pulumi.Output<string>;
    instanceProfileArn: pulumi.Output<string>;
}

// Bottlerocket keeps its system on a small volume of its own; images, logs and pods are on the second.
const systemDisks: Record<string, [string, number | undefined][]> = {
    al2023: [["/dev/xvda", undefined]],
    bottlerocket: [
        ["/dev/xvda", 4],
        ["/dev/xvdb", undefined],
    ],
};

/** `role` and `os` are what Ansible's inventory finds and groups machines by. */
export function nodeTags(args: NodesArgs, groupName: string, { os = "al2023" }: NodeGroup): Record<string, string> {
    return { ...args.tags, Name: `${args.name}-${groupName}`, role: "node", os };
}

export function launchTemplate(args: NodesArgs, groupName: string, group: NodeGroup, start?: Start) {
    const { diskSize = 50, diskType = "gp3", os = "al2023" } = group;
    const tags = nodeTags(args, groupName, group);
    return new aws.ec2.LaunchTemplate(`nodes-${groupName}`, {
        name: `${args.name}-${groupName}`,
        updateDefaultVersion: true,
        vpcSecurityGroupIds: [args.cluster.securityGroupId],
        ...(start && {
            imageId: start.imageId,
            userData: start.userData.apply(text => Buffer.from(text).toString("base64")),
            iamInstanceProfile: { arn: start.instanceProfileArn },
        }),
        blockDeviceMappings: systemDisks[os]!.map(([deviceName, size]) => ({
            deviceName,
            ebs: {
                volumeSize: size ?? diskSize,
                volumeType: diskType,
                encrypted: "true",
                deleteOnTermination: "true",
            },
        })),
        // One hop: pods do not get at the node's role.
        metadataOptions: { httpEndpoint: "enabled", httpTokens: "required", httpPutResponseHopLimit: 1 },
        monitoring: { enabled: true },
        tagSpecifications: ["instance", "volume"].map(resourceType => ({ resourceType, tags })),
    });
}
