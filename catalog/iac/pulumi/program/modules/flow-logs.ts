import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

export interface FlowLogsArgs {
    /** The bucket that the record of connections goes into; without one it goes to CloudWatch. */
    bucket?: string;
    /** How long CloudWatch keeps it. */
    retentionDays?: number;
}

/** Who talked to whom: for audits, and to find what a network policy would shut. */
export function flowLogs(name: string, vpcId: pulumi.Input<string>, { bucket, retentionDays = 90 }: FlowLogsArgs) {
    const log = (destination: Partial<aws.ec2.FlowLogArgs>) =>
        new aws.ec2.FlowLog("network", {
            vpcId,
            trafficType: "ALL",
            maxAggregationInterval: 60,
            tags: { Name: name },
            ...destination,
        });
    if (bucket !== undefined) {
        const { partition } = aws.getPartitionOutput();
        log({ logDestinationType: "s3", logDestination: pulumi.interpolate`arn:${partition}:s3:::${bucket}` });
        return;
    }

    const logGroupName = `/vpc/${name}/flow-logs`;
    const key = new aws.kms.Key("network-flow-logs", {
        description: `Flow logs of ${name}`,
        enableKeyRotation: true,
        policy: pulumi.jsonStringify(keyPolicy(logGroupName)),
    });
    const group = new aws.cloudwatch.LogGroup("network-flow-logs", {
        name: logGroupName,
        retentionInDays: retentionDays,
        kmsKeyId: key.arn,
    });
    const role = new aws.iam.Role("network-flow-logs", {
        name: `${name}-flow-logs`,
        assumeRolePolicy: {
            Version: "2012-10-17",
            Statement: [
                {
                    Effect: "Allow",
                    Action: "sts:AssumeRole",
                    Principal: { Service: "vpc-flow-logs.amazonaws.com" },
                    // Only for flow logs of this account, whoever else makes them.
                    Condition: { StringEquals: { "aws:SourceAccount": aws.getCallerIdentityOutput().accountId } },
                },
            ],
        },
    });
    new aws.iam.RolePolicy("network-flow-logs", {
        name: "write",
        role: role.id,
        policy: {
            Version: "2012-10-17",
            Statement: [
                {
                    Effect: "Allow",
                    Action: ["logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"],
                    Resource: pulumi.interpolate`${group.arn}:*`,
                },
            ],
        },
    });
    log({ logDestinationType: "cloud-watch-logs", logDestination: group.arn, iamRoleArn: role.arn });
}

/** Administrators of the account may do everything with the key, CloudWatch may use it for this group. */
function keyPolicy(logGroupName: string) {
    const { accountId } = aws.getCallerIdentityOutput();
    const { partition } = aws.getPartitionOutput();
    const { region } = aws.getRegionOutput();
    return {
        Version: "2012-10-17",
        Statement: [
            {
                Sid: "Account",
                Effect: "Allow",
                Action: "kms:*",
                Resource: "*",
                Principal: { AWS: pulumi.interpolate`arn:${partition}:iam::${accountId}:root` },
            },
            {
                Sid: "Logs",
                Effect: "Allow",
                Action: ["kms:Encrypt*", "kms:Decrypt*", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:Describe*"],
                Resource: "*",
                Principal: { Service: pulumi.interpolate`logs.${region}.amazonaws.com` },
                Condition: {
                    ArnEquals: {
                        "kms:EncryptionContext:aws:logs:arn": pulumi.interpolate`arn:${partition}:logs:${region}:${accountId}:log-group:${logGroupName}`,
                    },
                },
            },
        ],
    };
}
