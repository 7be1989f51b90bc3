import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { account, policy } from "./policies";

/**
 * A key for the logs of a group, or of those that a pattern with `*` is for, and for whatever administrators of the
 * account use it for besides.
 */
export function keyWithLogs(name: string, description: string, logGroupName: string): aws.kms.Key {
    const { accountId, partition, region } = account();
    const test = logGroupName.includes("*") ? "ArnLike" : "ArnEquals";
    return new aws.kms.Key(name, {
        description,
        enableKeyRotation: true,
        policy: pulumi.jsonStringify(
            policy(
                {
                    Sid: "Account",
                    Action: "kms:*",
                    Resource: "*",
                    Principal: { AWS: pulumi.interpolate`arn:${partition}:iam::${accountId}:root` },
                },
                {
                    Sid: "Logs",
                    Action: ["kms:Encrypt*", "kms:Decrypt*", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:Describe*"],
                    Resource: "*",
                    Principal: { Service: pulumi.interpolate`logs.${region}.amazonaws.com` },
                    Condition: {
                        [test]: {
                            "kms:EncryptionContext:aws:logs:arn": pulumi.interpolate`arn:${partition}:logs:${region}:${accountId}:log-group:${logGroupName}`,
                        },
                    },
                },
            ),
        ),
    });
}
