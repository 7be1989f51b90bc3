import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { databaseSecret } from "./database-secret";
import { DatabaseArgs, logGroups, newestVersion, ofNewOnes, parameters, username } from "./postgres";

/**
 * PostgreSQL by RDS: an instance of its own for a service in an environment, or the replica of one in another region.
 * `key` is its service and environment.
 */
export function rds(key: string, args: DatabaseArgs) {
    const { name, production, primary, kmsKeyArn, postgresVersion = newestVersion } = args;
    const prefix = `rds-${key}`;
    const secret = args.replicaRegions.length > 0 ? databaseSecret(prefix, { ...args, username }) : undefined;
    const logs = logGroups(prefix, `/aws/rds/instance/${name}`, ["postgresql", "upgrade"], kmsKeyArn);

    // By the major version: the next one's is there before the instance goes over to it.
    const parameterGroup = new aws.rds.ParameterGroup(prefix, {
        name: `${name}-postgres${postgresVersion}`,
        description: "TLS only",
        family: `postgres${postgresVersion}`,
        parameters,
    });

    const instance = new aws.rds.Instance(
        prefix,
        {
            identifier: name,
            engine: "postgres",
            engineVersion: postgresVersion,
            instanceClass: production ? "db.m7g.large" : "db.t4g.small",
            applyImmediately: !production,
            ...(primary
                ? { replicateSourceDb: primary.arn }
                : { dbName: "app", username, allocatedStorage: production ? 100 : 20 }),

            // AWS makes the password and keeps it, but not that of an instance with a replica.
            ...(secret?.password ? { passwordWo: secret.password, passwordWoVersion: args.passwordVersion } : {}),
            ...(secret || primary ? {} : { manageMasterUserPassword: true, masterUserSecretKmsKeyId: kmsKeyArn }),

            // Users of the database can also be those of IAM.
            iamDatabaseAuthenticationEnabled: true,

            storageType: "gp3",
            storageEncrypted: true,
            kmsKeyId: kmsKeyArn,
            maxAllocatedStorage: production ? 1000 : 100,

            multiAz: production && !primary,
            dbSubnetGroupName: args.subnetGroupName,
            vpcSecurityGroupIds: [args.securityGroupId],
            parameterGroupName: parameterGroup.name,

            backupRetentionPeriod: production ? 30 : 7,
            copyTagsToSnapshot: true,
            deletionProtection: production,
            skipFinalSnapshot: !production,
            ...(production ? { finalSnapshotIdentifier: `${name}-final` } : {}),

            performanceInsightsEnabled: true,
            performanceInsightsKmsKeyId: kmsKeyArn,
            enabledCloudwatchLogsExports: Object.keys(logs),
        },
        {
            dependsOn: Object.values(logs),
            ignoreChanges: [
                // A replica has the names of its primary; they must not replace it when it becomes one.
                "dbName",
                "username",
                ...ofNewOnes(args),
            ],
        },
    );

    const secretArn = secret?.arn ?? instance.masterUserSecrets.apply(secrets => secrets[0]?.secretArn ?? null);
    return {
        /** What a service needs to know; user and password are in the secret. */
        connection: {
            host: instance.address,
            port: instance.port,
            database: "app",
            secret_arn: primary?.secret_arn ?? secretArn,
        },
        /** What a replica needs to know. */
        primary: { arn: instance.arn, secret_arn: secretArn } as Record<string, pulumi.Input<string | null>>,
    };
}
