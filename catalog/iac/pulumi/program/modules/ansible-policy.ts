import * as pulumi from "@pulumi/pulumi";
import { account, policy } from "./policies";

/**
 * All that the playbooks need together, but for those of `installPolicy`; what each needs by itself is in ansible/iam.
 * Machines are found by tag and entered by Session Manager; in the cluster the rights are those of ansible/rbac.
 */
export function ansiblePolicy(platform: string, cluster: string, bucketPrefix: string) {
    const { accountId, partition } = account();
    const arn = (service: string, resource: string) =>
        pulumi.interpolate`arn:${partition}:${service}:*:${accountId}:${resource}`;
    const document = (name: string) => pulumi.interpolate`arn:${partition}:ssm:*:*:document/${name}`;
    const bucket = pulumi.interpolate`arn:${partition}:s3:::${bucketPrefix}-${cluster}`;
    const snapshots = pulumi.interpolate`arn:${partition}:ec2:*::snapshot/*`;
    const volumes = [arn("ec2", "volume/*"), snapshots];
    const keys = (of: string, service: string, actions: string | string[]) => ({
        Sid: `KeysOf${of}`,
        Action: actions,
        Resource: arn("kms", "key/*"),
        Condition: {
            StringEquals: { "aws:ResourceTag/platform": platform },
            StringLike: { "kms:ViaService": `${service}.*.amazonaws.com` },
        },
    });
    return policy(
        { Sid: "Inventory", Action: ["ec2:DescribeInstances", "ssm:DescribeInstanceInformation"], Resource: "*" },
        { Sid: "Cluster", Action: "eks:DescribeCluster", Resource: arn("eks", `cluster/${platform}-${cluster}`) },
        {
            Sid: "Machines",
            Action: "ssm:StartSession",
            Resource: arn("ec2", "instance/*"),
            Condition: {
                StringEquals: { "aws:ResourceTag/platform": platform, "aws:ResourceTag/cluster": cluster },
            },
        },
        {
            Sid: "SessionDocuments",
            Action: "ssm:StartSession",
            Resource: ["SSM-SessionManagerRunShell", "AWS-StartNonInteractiveCommand"].map(document),
        },
        {
            Sid: "Sessions",
            Action: ["ssm:ResumeSession", "ssm:TerminateSession"],
            Resource: arn("ssm", "session/${aws:userid}-*"),
        },
        {
            Sid: "Bucket",
            Action: ["s3:GetBucketLocation", "s3:GetObject", "s3:PutObject", "s3:DeleteObject"],
            Resource: [bucket, pulumi.interpolate`${bucket}/*`],
        },
        {
            Sid: "Find",
            Action: [
                "ec2:DescribeSnapshots",
                "ec2:DescribeVolumes",
                "rds:DescribeDBClusterSnapshots",
                "rds:DescribeDBClusters",
                "rds:DescribeDBInstances",
                "rds:DescribeDBSnapshots",
                "rds:ListTagsForResource",
            ],
            Resource: "*",
        },
        {
            Sid: "Databases",
            Action: [
                "rds:AddTagsToResource",
                "rds:CreateDBClusterSnapshot",
                "rds:CreateDBInstance",
                "rds:CreateDBSnapshot",
                "rds:RestoreDBClusterFromSnapshot",
                "rds:RestoreDBInstanceFromDBSnapshot",
            ],
            Resource: ["cluster", "cluster-pg", "cluster-snapshot", "db", "og", "pg", "snapshot", "subgrp"].map(kind =>
                arn("rds", `${kind}:*`),
            ),
        },
        {
            Sid: "Expire",
            Action: ["ec2:DeleteSnapshot", "rds:DeleteDBClusterSnapshot", "rds:DeleteDBSnapshot"],
            Resource: [snapshots, arn("rds", "cluster-snapshot:*"), arn("rds", "snapshot:*")],
            Condition: {
                StringEquals: {
                    "aws:ResourceTag/platform": platform,
                    "aws:ResourceTag/cluster": cluster,
                    "aws:ResourceTag/backup": "ansible",
                },
            },
        },
        { Sid: "Volumes", Action: ["ec2:CreateSnapshot", "ec2:CreateVolume"], Resource: volumes },
        {
            Sid: "Tag",
            Action: "ec2:CreateTags",
            Resource: volumes,
            Condition: { StringEquals: { "ec2:CreateAction": ["CreateSnapshot", "CreateVolume"] } },
        },
        {
            Sid: "Passwords",
            Action: "secretsmanager:GetSecretValue",
            Resource: arn("secretsmanager", "secret:*"),
            Condition: { StringEquals: { "aws:ResourceTag/platform": platform } },
        },
        // The passwords that RDS makes bear tags of its own.
        ...[
            ["Cluster", "cluster"],
            ["Instance", "db"],
        ].map(([kind, type]) => ({
            Sid: `PasswordsOf${kind}s`,
            Action: "secretsmanager:GetSecretValue",
            Resource: arn("secretsmanager", `secret:rds!${type}-*`),
            Condition: {
                ArnLike: {
                    [`aws:ResourceTag/aws:rds:primaryDB${kind}Arn`]: arn("rds", `${type}:${platform}-${cluster}-*`),
                },
            },
        })),
        // Whoever reads a password needs its key, and whoever makes an encrypted database hands the key on.
        keys("Databases", "rds", ["kms:CreateGrant", "kms:DescribeKey"]),
        keys("Passwords", "secretsmanager", "kms:Decrypt"),
    );
}

/**
 * What cilium.yaml and argocd.yaml need. By its access entry the role is an administrator of the cluster: what they install
 * makes definitions, roles and whatever else its charts bring.
 */
export function installPolicy(platform: string, cluster: string) {
    const { accountId, partition } = account();
    const arn = (service: string, resource: string) =>
        pulumi.interpolate`arn:${partition}:${service}:*:${accountId}:${resource}`;
    return policy(
        { Sid: "Inventory", Action: "ec2:DescribeInstances", Resource: "*" },
        { Sid: "Cluster", Action: "eks:DescribeCluster", Resource: arn("eks", `cluster/${platform}-${cluster}`) },
        {
            Sid: "Credentials",
            Action: "secretsmanager:GetSecretValue",
            Resource: arn("secretsmanager", `secret:${platform}/argocd-*`),
        },
    );
}
