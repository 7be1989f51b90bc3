import * as aws from "@pulumi/aws";
import { privateBucket } from "./private-bucket";

/**
 * A cluster's bucket for what Ansible keeps and carries: objects and dumps, and the files that Session Manager brings to
 * machines, below the instance's ID. No other in the world may have its name.
 */
export function backups(name: string, retentionDays = 90): aws.s3.Bucket {
    // Backups outlive what they are of.
    const bucket = new aws.s3.Bucket("backups", { bucket: name }, { protect: true });
    const versioning = new aws.s3.BucketVersioning("backups", {
        bucket: bucket.id,
        versioningConfiguration: { status: "Enabled" },
    });
    new aws.s3.BucketServerSideEncryptionConfiguration("backups", {
        bucket: bucket.id,
        rules: [{ bucketKeyEnabled: true, applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms" } }],
    });
    privateBucket("backups", bucket, []);
    new aws.s3.BucketLifecycleConfiguration(
        "backups",
        {
            bucket: bucket.id,
            rules: [
                ...["dumps", "objects"].map(kind => ({
                    id: kind,
                    status: "Enabled",
                    filter: { prefix: `${kind}/` },
                    expiration: { days: retentionDays },
                    noncurrentVersionExpiration: { noncurrentDays: 30 },
                })),
                // Ansible deletes them as it goes; a run that was cut off does not.
                {
                    id: "transfers",
                    status: "Enabled",
                    filter: { prefix: "i-" },
                    expiration: { days: 1 },
                    noncurrentVersionExpiration: { noncurrentDays: 1 },
                },
                {
                    id: "unfinished-uploads",
                    status: "Enabled",
                    filter: {},
                    abortIncompleteMultipartUpload: { daysAfterInitiation: 7 },
                },
            ],
        },
        { dependsOn: [versioning] },
    );
    return bucket;
}
