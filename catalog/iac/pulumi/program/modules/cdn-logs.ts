import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { account } from "./policies";
import { privateBucket } from "./private-bucket";

/** CloudFront's certificates and the delivery of its logs are of this region only. */
export const cloudfrontRegion = "us-east-1";

/** Who asked for what: a log per host, kept where the cluster is. */
export function cdnLogs(name: string, distributions: Record<string, aws.cloudfront.Distribution>, days: number): void {
    const { bucket, policy: written } = bucketOf(name, days);
    const destination = new aws.cloudwatch.LogDeliveryDestination(
        "cdn",
        {
            region: cloudfrontRegion,
            name: `${name}-cdn`,
            outputFormat: "json",
            deliveryDestinationConfiguration: {
                // Without a folder here CloudFront puts one of its own before the suffix, and loses it with the next change.
                destinationResourceArn: pulumi.interpolate`${bucket.arn}/hosts`,
            },
        },
        { dependsOn: [written] },
    );
    for (const [host, distribution] of Object.entries(distributions)) {
        const source = new aws.cloudwatch.LogDeliverySource(`cdn-${host}`, {
            region: cloudfrontRegion,
            name: distribution.id,
            logType: "ACCESS_LOGS",
            resourceArn: distribution.arn,
        });
        new aws.cloudwatch.LogDelivery(`cdn-${host}`, {
            region: cloudfrontRegion,
            deliverySourceName: source.name,
            deliveryDestinationArn: destination.arn,
            s3DeliveryConfigurations: [{ suffixPath: `/${host}/{yyyy}/{MM}/{dd}`, enableHiveCompatiblePath: false }],
        });
    }
}

/** A bucket that only the delivery of logs writes to, and that forgets them. */
function bucketOf(name: string, days: number) {
    const { accountId } = account();
    const bucket = new aws.s3.Bucket("cdn-logs", { bucket: pulumi.interpolate`${name}-cdn-logs-${accountId}` });
    new aws.s3.BucketLifecycleConfiguration("cdn-logs", {
        bucket: bucket.id,
        rules: [
            {
                id: "expire",
                status: "Enabled",
                filter: {},
                expiration: { days },
                abortIncompleteMultipartUpload: { daysAfterInitiation: 7 },
            },
        ],
    });
    const written = privateBucket("cdn-logs", bucket, [
        {
            Sid: "LogDelivery",
            Action: "s3:PutObject",
            Resource: pulumi.interpolate`${bucket.arn}/*`,
            Principal: { Service: "delivery.logs.amazonaws.com" },
            Condition: { StringEquals: { "aws:SourceAccount": accountId } },
        },
    ]);
    return { bucket, policy: written };
}
