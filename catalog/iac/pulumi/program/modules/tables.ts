import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { mapValues } from "./maps";
import { account, policy } from "./policies";

export interface TablesArgs {
    /** Tables by the name that the service has for each: the name in the account, and the attribute that is the key. */
    tables: Record<string, { name: string; key: string }>;
    /** Whether users depend on them: protected from deletion. */
    production: boolean;
    /** Of which tables they are replicas, by the same names. */
    primaryArns?: pulumi.Input<Record<string, string>>;
    /** Regions that have a replica of them. */
    replicaRegions: string[];
    /** The key that encrypts them here. */
    kmsKeyArn: pulumi.Input<string>;
}

/** The DynamoDB tables of a service in an environment, or what another region has of them. */
export function tables(key: string, args: TablesArgs) {
    const { primaryArns, kmsKeyArn } = args;
    const arns = mapValues(args.tables, (of, name) =>
        primaryArns === undefined
            ? table(`tables-${key}-${name}`, of, args).arn
            : new aws.dynamodb.TableReplica(`tables-${key}-${name}`, {
                  globalTableArn: pulumi.output(primaryArns).apply(arns => arns[name] as string),
                  kmsKeyArn,
                  deletionProtectionEnabled: args.production,
                  pointInTimeRecovery: true,
              }).arn,
    );
    return { arns, policy: useOf(Object.values(arns), kmsKeyArn) };
}

function table(resource: string, { name, key }: { name: string; key: string }, args: TablesArgs): aws.dynamodb.Table {
    return new aws.dynamodb.Table(
        resource,
        {
            name,
            billingMode: "PAY_PER_REQUEST",
            hashKey: key,
            attributes: [{ name: key, type: "S" }],
            deletionProtectionEnabled: args.production,
            // What replicas are fed from.
            ...(args.replicaRegions.length > 0
                ? { streamEnabled: true, streamViewType: "NEW_AND_OLD_IMAGES" }
                : { streamEnabled: false }),
            pointInTimeRecovery: { enabled: true },
            serverSideEncryption: { enabled: true, kmsKeyArn: args.kmsKeyArn },
        },
        // The program of the other region makes its own.
        { ignoreChanges: ["replicas"] },
    );
}

/** To work with what is in these tables, and nothing else. */
function useOf(arns: pulumi.Input<string>[], kmsKeyArn: pulumi.Input<string>): aws.iam.PolicyDocument {
    const { region } = account();
    return policy(
        {
            Sid: "Tables",
            Action: [
                "dynamodb:BatchGetItem",
                "dynamodb:BatchWriteItem",
                "dynamodb:ConditionCheckItem",
                "dynamodb:DeleteItem",
                "dynamodb:DescribeTable",
                "dynamodb:GetItem",
                "dynamodb:PutItem",
                "dynamodb:Query",
                "dynamodb:Scan",
                "dynamodb:UpdateItem",
            ],
            Resource: arns,
        },
        // DynamoDB uses the key in the name of whoever asks.
        {
            Sid: "Key",
            Action: ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"],
            Resource: kmsKeyArn,
            Condition: { StringEquals: { "kms:ViaService": pulumi.interpolate`dynamodb.${region}.amazonaws.com` } },
        },
    );
}
