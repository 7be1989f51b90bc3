import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { launchTemplate } from "./launch-template";
import { mapValues } from "./maps";
import { NodesArgs, taint } from "./node-groups";
import { nodeRoles } from "./node-roles";
import { selfManaged } from "./self-managed-nodes";

const amiTypes = {
    al2023: { x86_64: "AL2023_x86_64_STANDARD", arm64: "AL2023_ARM_64_STANDARD" },
    bottlerocket: { x86_64: "BOTTLEROCKET_x86_64", arm64: "BOTTLEROCKET_ARM_64" },
};

/**
 * Nodes, in groups that EKS manages or in auto scaling groups of our own. Everything is keyed by the group's name:
 * renaming, adding or removing a group leaves the others alone.
 */
export function nodes(args: NodesArgs) {
    const twice = Object.keys(args.managed).find(group => group in args.selfManaged);
    if (twice !== undefined) {
        throw new Error(`${twice} is a managed group and a self-managed one; a group is either.`);
    }
    mapValues({ ...args.managed, ...args.selfManaged }, ({ min, desired, max }, group) => {
        if (!(min <= desired && desired <= max)) {
            throw new Error(`The sizes of ${group} are not in order: min <= desired <= max.`);
        }
    });

    const roles = nodeRoles(args.name, {
        managed: Object.keys(args.managed).length > 0,
        "self-managed": Object.keys(args.selfManaged).length > 0,
    });
    const own = selfManaged(args, roles["self-managed"]);

    // EKS waits until the nodes are ready, which they never are without Cilium: none of these before it is installed.
    const ready: pulumi.Resource[] = [...Object.values(own)];
    mapValues(args.managed, (group, groupName) => {
        const template = launchTemplate(args, groupName, group);
        if (!args.ciliumInstalled || roles.managed === undefined) {
            return;
        }
        const made = new aws.eks.NodeGroup(
            `nodes-${groupName}`,
            {
                clusterName: args.cluster.name,
                nodeGroupNamePrefix: `${groupName}-`, // two are there while one takes the other's place
                nodeRoleArn: roles.managed.role.arn,
                subnetIds: args.privateSubnetIds,
                version: args.cluster.kubernetesVersion,
                amiType: amiTypes[group.os ?? "al2023"][group.architecture ?? "x86_64"],
                capacityType: group.capacity === "spot" ? "SPOT" : "ON_DEMAND",
                instanceTypes: group.instanceTypes,
                launchTemplate: { id: template.id, version: template.latestVersion.apply(String) },
                scalingConfig: { minSize: group.min, maxSize: group.max, desiredSize: group.desired },
                updateConfig: { maxUnavailablePercentage: 33 },
                taints: [{ ...taint, effect: "NO_EXECUTE" }],
            },
            {
                // The number of nodes is whoever scales them's from then on. EKS cannot move a group to other subnets:
                // rather than to replace all its nodes for a new zone, the zone is for groups made after it.
                ignoreChanges: ["scalingConfig.desiredSize", "subnetIds"],
                dependsOn: roles.managed.attachments,
            },
        );
        ready.push(made);
    });

    return {
        roleArns: mapValues(roles, ({ role }) => role.arn),
        autoscalingGroups: own,
        /** The groups whose nodes run pods. */
        ready,
    };
}
