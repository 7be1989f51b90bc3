import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { keyWithLogs } from "./keys";
import { account, policy, trustedBy } from "./policies";

export interface FlowLogsArgs {
    /** The bucket that the record of connections goes into; without one it goes to CloudWatch. */
    bucket?: string;
    /** How long CloudWatch keeps it. */
    retentionDays?: number;
}

/** Who talked to whom: for audits, and to find what a network policy would shut. */
export function flowLogs(name: string, vpcId: pulumi.Input<string>, { bucket, retentionDays = 90 }: FlowLogsArgs) {
    const { accountId, partition } = account();
    const log = (destination: Partial<aws.ec2.FlowLogArgs>) =>
        new aws.ec2.FlowLog("network", {
            vpcId,
            trafficType: "ALL",
            maxAggregationInterval: 60,
            tags: { Name: name },
            ...destination,
        });
    if (bucket !== undefined) {
        log({ logDestinationType: "s3", logDestination: pulumi.interpolate`arn:${partition}:s3:::${bucket}` });
        return;
    }

    const logGroupName = `/vpc/${name}/flow-logs`;
    const key = keyWithLogs("network-flow-logs", `Flow logs of ${name}`, logGroupName);
    const group = new aws.cloudwatch.LogGroup("network-flow-logs", {
        name: logGroupName,
        retentionInDays: retentionDays,
        kmsKeyId: key.arn,
    });
    const role = new aws.iam.Role("network-flow-logs", {
        name: `${name}-flow-logs`,
        // Only for flow logs of this account, whoever else makes them.
        assumeRolePolicy: trustedBy("vpc-flow-logs.amazonaws.com", {
            StringEquals: { "aws:SourceAccount": accountId },
        }),
    });
    new aws.iam.RolePolicy("network-flow-logs", {
        name: "write",
        role: role.id,
        policy: policy({
            Action: ["logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"],
            Resource: pulumi.interpolate`${group.arn}:*`,
        }),
    });
    log({ logDestinationType: "cloud-watch-logs", logDestination: group.arn, iamRoleArn: role.arn });
}
