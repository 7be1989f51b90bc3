import * as aws from "@pulumi/aws";
import { mapValues } from "./maps";
import { policy } from "./policies";
import { ClusterIdentity, workloadIdentity } from "./workload-identity";

const events = {
    spot: { source: "aws.ec2", type: "EC2 Spot Instance Interruption Warning" },
    rebalance: { source: "aws.ec2", type: "EC2 Instance Rebalance Recommendation" },
    state: { source: "aws.ec2", type: "EC2 Instance State-change Notification" },
    health: { source: "aws.health", type: "AWS Health Event" },
    lifecycle: { source: "aws.autoscaling", type: "EC2 Instance-terminate Lifecycle Action" },
};

/**
 * What the node termination handler listens to: EC2 says in a queue that it will take a node away, and the handler drains
 * it first. For self-managed groups only; EKS drains the nodes of managed groups by itself.
 */
export function nodeTermination(
    name: string,
    identity: ClusterIdentity,
    groups: Record<string, aws.autoscaling.Group>,
) {
    const queue = new aws.sqs.Queue("node-termination", {
        name: `${name}-node-termination`,
        messageRetentionSeconds: 300, // a warning older than that is of a node that is gone
        sqsManagedSseEnabled: true,
    });

    const rules = mapValues(
        events,
        ({ source, type }, event) =>
            new aws.cloudwatch.EventRule(`node-termination-${event}`, {
                name: `${name}-${event}`,
                eventPattern: JSON.stringify({ "detail-type": [type], source: [source] }),
            }),
    );
    mapValues(
        rules,
        (rule, event) =>
            new aws.cloudwatch.EventTarget(`node-termination-${event}`, { rule: rule.name, arn: queue.arn }),
    );
    new aws.sqs.QueuePolicy("node-termination", {
        queueUrl: queue.id,
        policy: policy({
            Action: "sqs:SendMessage",
            Resource: queue.arn,
            Principal: { Service: "events.amazonaws.com" },
            Condition: { ArnEquals: { "aws:SourceArn": Object.values(rules).map(rule => rule.arn) } },
        }),
    });

    // Holds a node that is to go until the handler has drained it, five minutes at most.
    mapValues(
        groups,
        (group, of) =>
            new aws.autoscaling.LifecycleHook(`node-termination-drain-${of}`, {
                name: "drain",
                autoscalingGroupName: group.name,
                lifecycleTransition: "autoscaling:EC2_INSTANCE_TERMINATING",
                heartbeatTimeout: 300,
                defaultResult: "CONTINUE",
            }),
    );

    const role = workloadIdentity("node-termination-identity", identity, {
        name: `${name}-node-termination`,
        namespace: "kube-system",
        serviceAccount: "aws-node-termination-handler",
        policies: {
            "node-termination": policy(
                { Action: ["sqs:DeleteMessage", "sqs:ReceiveMessage"], Resource: queue.arn },
                {
                    Action: "autoscaling:CompleteLifecycleAction",
                    Resource: Object.values(groups).map(group => group.arn),
                },
                {
                    Action: ["autoscaling:DescribeAutoScalingInstances", "ec2:DescribeInstances"],
                    Resource: "*",
                },
            ),
        },
    });

    return { queueUrl: queue.url, roleArn: role.arn };
}
