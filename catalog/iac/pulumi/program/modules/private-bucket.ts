import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { policy, Statement } from "./policies";

/** Shuts a bucket to the world, and to whoever comes without TLS; beside that it has the statements. */
export function privateBucket(name: string, bucket: aws.s3.Bucket, statements: Statement[]): aws.s3.BucketPolicy {
    const block = new aws.s3.BucketPublicAccessBlock(name, {
        bucket: bucket.id,
        blockPublicAcls: true,
        blockPublicPolicy: true,
        ignorePublicAcls: true,
        restrictPublicBuckets: true,
    });
    const tlsOnly: Statement = {
        Sid: "TlsOnly",
        Effect: "Deny",
        Action: "s3:*",
        Resource: [bucket.arn, pulumi.interpolate`${bucket.arn}/*`],
        Principal: "*",
        Condition: { Bool: { "aws:SecureTransport": "false" } },
    };
    return new aws.s3.BucketPolicy(
        name,
        { bucket: bucket.id, policy: policy(...statements, tlsOnly) },
        { dependsOn: [block] },
    );
}
