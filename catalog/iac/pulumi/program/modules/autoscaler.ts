import { policy } from "./policies";
import { ClusterIdentity, workloadIdentity } from "./workload-identity";

/**
 * What the Cluster Autoscaler may do: add nodes for pods that have none, and take away those that nobody needs. It finds
 * groups by their tags, which EKS gives those that it manages.
 */
export function autoscaler(cluster: string, identity: ClusterIdentity) {
    return workloadIdentity("autoscaler", identity, {
        name: `${cluster}-autoscaler`,
        namespace: "kube-system",
        serviceAccount: "cluster-autoscaler",
        policies: {
            autoscaler: policy(
                {
                    Action: [
                        "autoscaling:DescribeAutoScalingGroups",
                        "autoscaling:DescribeAutoScalingInstances",
                        "autoscaling:DescribeLaunchConfigurations",
                        "autoscaling:DescribeScalingActivities",
                        "autoscaling:DescribeTags",
                        "ec2:DescribeImages",
                        "ec2:DescribeInstanceTypes",
                        "ec2:DescribeLaunchTemplateVersions",
                        "ec2:GetInstanceTypesFromInstanceRequirements",
                        "eks:DescribeNodegroup",
                    ],
                    Resource: "*",
                },
                {
                    Action: ["autoscaling:SetDesiredCapacity", "autoscaling:TerminateInstanceInAutoScalingGroup"],
                    Resource: "*",
                    Condition: { StringEquals: { [`aws:ResourceTag/k8s.io/cluster-autoscaler/${cluster}`]: "owned" } },
                },
            ),
        },
    });
}
