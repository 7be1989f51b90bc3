import * as pulumi from "@pulumi/pulumi";
import { account, policy } from "./policies";

/** Sees how everything is made and nothing that is kept in it. */
export function planPolicy(stateBucket: string) {
    const { partition } = account();
    return policy(
        {
            Effect: "Deny",
            Action: [
                "dynamodb:BatchGetItem",
                "dynamodb:GetItem",
                "dynamodb:GetRecords",
                "dynamodb:PartiQLSelect",
                "dynamodb:Query",
                "dynamodb:Scan",
                "logs:FilterLogEvents",
                "logs:GetLogEvents",
                "logs:StartQuery",
                "secretsmanager:GetSecretValue",
                "sqs:ReceiveMessage",
                "ssm:GetParameter*",
            ],
            Resource: "*",
        },
        // A database's new password is drawn in a plan too, and thrown away.
        { Action: "secretsmanager:GetRandomPassword", Resource: "*" },
        // The state is all that it reads of S3.
        {
            Effect: "Deny",
            Action: "s3:GetObject*",
            NotResource: pulumi.interpolate`arn:${partition}:s3:::${stateBucket}/*`,
        },
    );
}

/** Makes and changes everything but people's rights: of IAM, the roles of this platform, and not those of pipelines. */
export function applyPolicy(platform: string, cluster: string, notItsOwn: { roles: string[]; issuer: string }) {
    const { accountId, partition } = account();
    const iam = (resource: string) => pulumi.interpolate`arn:${partition}:iam::${accountId}:${resource}`;
    const awsPolicy = (name: string) => pulumi.interpolate`arn:${partition}:iam::aws:policy/${name}`;
    return policy(
        {
            Sid: "ClusterRoles",
            Action: [
                "iam:AddRoleToInstanceProfile",
                "iam:AttachRolePolicy",
                "iam:CreateInstanceProfile",
                "iam:CreateRole",
                "iam:DeleteInstanceProfile",
                "iam:DeleteRole",
                "iam:DeleteRolePolicy",
                "iam:DetachRolePolicy",
                "iam:Get*",
                "iam:List*",
                "iam:PassRole",
                "iam:PutRolePolicy",
                "iam:RemoveRoleFromInstanceProfile",
                "iam:TagInstanceProfile",
                "iam:TagRole",
                "iam:UntagInstanceProfile",
                "iam:UntagRole",
                "iam:UpdateAssumeRolePolicy",
                "iam:UpdateRole",
                "iam:UpdateRoleDescription",
            ],
            Resource: [iam(`instance-profile/${platform}-${cluster}-*`), iam(`role/${platform}-${cluster}-*`)],
        },
        // IRSA.
        {
            Sid: "ClusterTokens",
            Action: [
                "iam:CreateOpenIDConnectProvider",
                "iam:DeleteOpenIDConnectProvider",
                "iam:GetOpenIDConnectProvider",
                "iam:TagOpenIDConnectProvider",
            ],
            Resource: iam("oidc-provider/oidc.eks.*"),
        },
        {
            Sid: "NotItselfNorOthers",
            Effect: "Deny",
            Action: [
                "iam:AttachRolePolicy",
                "iam:CreateRole",
                "iam:Delete*",
                "iam:DetachRolePolicy",
                "iam:PassRole",
                "iam:PutRolePolicy",
                "iam:Update*",
            ],
            Resource: [...notItsOwn.roles.map(role => iam(`role/${role}`)), iam(`oidc-provider/${notItsOwn.issuer}`)],
        },
        {
            Sid: "NoAdministrators",
            Effect: "Deny",
            Action: "iam:AttachRolePolicy",
            Resource: "*",
            Condition: {
                ArnLike: {
                    "iam:PolicyARN": ["AdministratorAccess", "IAMFullAccess", "PowerUserAccess"].map(awsPolicy),
                },
            },
        },
    );
}

/** Records are made with a token of their provider. Of AWS, who applies them touches their state and nothing else. */
export function statePolicy(stateBucket: string, group: string, lockTable?: string) {
    const { accountId, partition } = account();
    const locks = {
        Sid: "Locks",
        Action: ["dynamodb:DeleteItem", "dynamodb:DescribeTable", "dynamodb:GetItem", "dynamodb:PutItem"],
        Resource: pulumi.interpolate`arn:${partition}:dynamodb:*:${accountId}:table/${lockTable}`,
    };
    return policy(
        {
            Sid: "Bucket",
            Action: "s3:ListBucket",
            Resource: pulumi.interpolate`arn:${partition}:s3:::${stateBucket}`,
        },
        {
            Sid: "States",
            Action: ["s3:DeleteObject", "s3:GetObject", "s3:PutObject"],
            Resource: pulumi.interpolate`arn:${partition}:s3:::${stateBucket}/${group}/*`,
        },
        ...(lockTable === undefined ? [] : [locks]),
    );
}
