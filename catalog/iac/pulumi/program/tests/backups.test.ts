import assert from "node:assert/strict";
import { test } from "node:test";
import { backups } from "../modules/backups";
import { inputsOf, made, madeOf } from "./mocks";

test("backups outlive what they are of, in a bucket that is shut, encrypted, and forgets in time", async () => {
    const all = await made(() => backups("acme-shop-one"));
    const bucket = madeOf(all, "aws:s3/bucket:Bucket", "backups");
    assert.deepEqual([bucket.inputs.bucket, bucket.options.protect], ["acme-shop-one", true]);
    const block = inputsOf(all, "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", "backups");
    assert.ok(
        block.blockPublicAcls && block.blockPublicPolicy && block.ignorePublicAcls && block.restrictPublicBuckets,
    );
    const encryption = "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration";
    const [rule] = inputsOf(all, encryption, "backups").rules;
    assert.equal(rule.applyServerSideEncryptionByDefault.sseAlgorithm, "aws:kms");
    const { policy } = inputsOf(all, "aws:s3/bucketPolicy:BucketPolicy", "backups");
    assert.deepEqual(
        policy.Statement.map(({ Effect, Condition }: any) => [Effect, Condition.Bool]),
        [["Deny", { "aws:SecureTransport": "false" }]],
    );
    const lifecycle = inputsOf(all, "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration", "backups");
    assert.deepEqual(
        lifecycle.rules.map(({ id, expiration }: any) => [id, expiration?.days]),
        [
            ["dumps", 90],
            ["objects", 90],
            ["transfers", 1],
            ["unfinished-uploads", undefined],
        ],
    );
});
