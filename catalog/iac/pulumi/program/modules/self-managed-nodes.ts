import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { launchTemplate, nodeTags } from "./launch-template";
import { mapValues } from "./maps";
import { NodeGroup, NodesArgs, NodesCluster, SelfManagedNodeGroup, taint } from "./node-groups";
import type { NodeRole } from "./node-roles";

/** Groups that EKS does not manage. Nobody waits for their nodes, so these may start before Cilium. */
export function selfManaged(args: NodesArgs, own?: NodeRole): Record<string, aws.autoscaling.Group> {
    if (own === undefined) {
        return {};
    }
    const profile = new aws.iam.InstanceProfile("nodes-self-managed", { name: own.role.name, role: own.role.name });
    // EKS lets nodes of managed groups in by itself.
    const entries = args.accessEntries
        ? [
              new aws.eks.AccessEntry("nodes-self-managed", {
                  clusterName: args.cluster.name,
                  principalArn: own.role.arn,
                  type: "EC2_LINUX",
              }),
          ]
        : [];

    return mapValues(args.selfManaged, (group, groupName) => {
        const template = launchTemplate(args, groupName, group, {
            imageId: imageOf(group, args.cluster.kubernetesVersion),
            userData: userDataOf(group, args.cluster),
            instanceProfileArn: profile.arn,
        });
        const scaled = autoscalingGroup(args, groupName, group, template, [...own.attachments, ...entries]);
        if (group.scaleOnCpu !== undefined) {
            new aws.autoscaling.Policy(`nodes-cpu-${groupName}`, {
                name: "average-cpu",
                autoscalingGroupName: scaled.name,
                policyType: "TargetTrackingScaling",
                estimatedInstanceWarmup: 180,
                targetTrackingConfiguration: {
                    targetValue: group.scaleOnCpu,
                    predefinedMetricSpecification: { predefinedMetricType: "ASGAverageCPUUtilization" },
                },
            });
        }
        return scaled;
    });
}

function autoscalingGroup(
    args: NodesArgs,
    groupName: string,
    group: SelfManagedNodeGroup,
    template: aws.ec2.LaunchTemplate,
    dependsOn: pulumi.Resource[],
): aws.autoscaling.Group {
    const spot = group.capacity === "spot";
    const tags = pulumi.output(args.cluster.name).apply(cluster => ({
        ...nodeTags(args, groupName, group),
        [`kubernetes.io/cluster/${cluster}`]: "owned",
        "aws-node-termination-handler/managed": "true", // it drains nodes with this tag only
        // The Cluster Autoscaler finds groups by these, and leaves alone what is scaled on CPU.
        ...(group.scaleOnCpu === undefined && {
            "k8s.io/cluster-autoscaler/enabled": "true",
            [`k8s.io/cluster-autoscaler/${cluster}`]: "owned",
        }),
    }));
    return new aws.autoscaling.Group(
        `nodes-${groupName}`,
        {
            name: `${args.name}-${groupName}`,
            minSize: group.min,
            maxSize: group.max,
            desiredCapacity: group.desired,
            vpcZoneIdentifiers: args.privateSubnetIds,
            capacityRebalance: spot,
            waitForCapacityTimeout: "0",
            mixedInstancesPolicy: {
                launchTemplate: {
                    launchTemplateSpecification: {
                        launchTemplateId: template.id,
                        version: template.latestVersion.apply(String),
                    },
                    overrides: group.instanceTypes.map(instanceType => ({ instanceType })),
                },
                instancesDistribution: {
                    onDemandPercentageAboveBaseCapacity: spot ? 0 : 100,
                    ...(spot ? { spotAllocationStrategy: "price-capacity-optimized" } : {}),
                },
            },
            // A new launch template reaches the nodes that run, a few at a time.
            ...(args.instanceRefresh
                ? { instanceRefresh: { strategy: "Rolling", preferences: { minHealthyPercentage: 90 } } }
                : {}),
            tags: tags.apply(tags =>
                Object.entries(tags).map(([key, value]) => ({ key, value, propagateAtLaunch: true })),
            ),
        },
        // The number of nodes is whoever scales them's from then on.
        { ignoreChanges: ["desiredCapacity"], dependsOn },
    );
}

/** Resolved when an instance starts: every new node has the newest image of the cluster's version, and nothing changes. */
function imageOf({ os = "al2023", architecture = "x86_64" }: NodeGroup, version: string): string {
    return os === "bottlerocket"
        ? `resolve:ssm:/aws/service/bottlerocket/aws-k8s-${version}/${architecture}/latest/image_id`
        : `resolve:ssm:/aws/service/eks/optimized-ami/${version}/amazon-linux-2023/${architecture}/standard/recommended/image_id`;
}

/** To the byte what Terraform wrote: other bytes are a new launch template, and new nodes. */
function userDataOf({ os }: NodeGroup, cluster: NodesCluster): pulumi.Output<string> {
    const { name, endpoint, certificateAuthority, serviceCidr } = cluster;
    return os === "bottlerocket"
        ? pulumi.interpolate`[settings.kubernetes]
cluster-name = "${name}"
api-server = "${endpoint}"
cluster-certificate = "${certificateAuthority}"

[settings.kubernetes.node-taints]
"${taint.key}" = ["${taint.value}:NoExecute"]
`
        : pulumi.interpolate`"apiVersion": "node.eks.aws/v1alpha1"
"kind": "NodeConfig"
"spec":
  "cluster":
    "apiServerEndpoint": "${endpoint}"
    "certificateAuthority": "${certificateAuthority}"
    "cidr": "${serviceCidr}"
    "name": "${name}"
  "kubelet":
    "flags":
    - "--register-with-taints=${taint.key}=${taint.value}:NoExecute"
`;
}
