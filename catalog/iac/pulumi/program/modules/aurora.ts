import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { databaseSecret } from "./database-secret";
import { mapValues } from "./maps";
import { DatabaseArgs, logGroups, newestVersion, ofNewOnes, parameters, username } from "./postgres";

export interface AuroraArgs extends DatabaseArgs {
    /** Availability zones of the network. */
    zones: string[];
}

/**
 * PostgreSQL by Aurora, serverless: a cluster of its own for a service in an environment, or the second region of one.
 * `key` is its service and environment.
 */
export function aurora(key: string, args: AuroraArgs) {
    const { name, production, primary, kmsKeyArn, postgresVersion = newestVersion } = args;
    const prefix = `aurora-${key}`;
    const replicated = args.replicaRegions.length > 0;
    const secret = replicated ? databaseSecret(prefix, { ...args, username }) : undefined;
    const logs = logGroups(prefix, `/aws/rds/cluster/${name}`, ["postgresql"], kmsKeyArn);

    // By the major version: the next one's is there before the cluster goes over to it.
    const parameterGroup = new aws.rds.ClusterParameterGroup(prefix, {
        name: `${name}-aurora-postgresql${postgresVersion}`,
        description: "TLS only",
        family: `aurora-postgresql${postgresVersion}`,
        parameters,
    });

    const cluster = new aws.rds.Cluster(
        prefix,
        {
            clusterIdentifier: name,
            engine: "aurora-postgresql",
            applyImmediately: !production,
            ...(primary
                ? {
                      globalClusterIdentifier: primary.apply(primary => primary.global_cluster_id as string),
                      engineVersion: primary.apply(primary => primary.engine_version as string),
                  }
                : { engineVersion: postgresVersion, databaseName: "app", masterUsername: username }),

            // AWS makes the password and keeps it, but not that of a cluster with a second region.
            ...(secret?.password
                ? { masterPasswordWo: secret.password, masterPasswordWoVersion: args.passwordVersion }
                : {}),
            ...(secret || primary ? {} : { manageMasterUserPassword: true, masterUserSecretKmsKeyId: kmsKeyArn }),

            // Users of the database can also be those of IAM.
            iamDatabaseAuthenticationEnabled: true,

            storageEncrypted: true,
            kmsKeyId: kmsKeyArn,

            dbSubnetGroupName: args.subnetGroupName,
            vpcSecurityGroupIds: [args.securityGroupId],
            dbClusterParameterGroupName: parameterGroup.name,

            backupRetentionPeriod: production ? 30 : 7,
            copyTagsToSnapshot: true,
            deletionProtection: production,
            skipFinalSnapshot: !production,
            ...(production ? { finalSnapshotIdentifier: `${name}-final` } : {}),

            enabledCloudwatchLogsExports: Object.keys(logs),

            // In units of Aurora, each about 2 GiB of memory.
            serverlessv2ScalingConfiguration: {
                minCapacity: production ? 2 : 0.5,
                maxCapacity: production ? 32 : 4,
            },
        },
        {
            dependsOn: Object.values(logs),
            // AWS says which global cluster it is in, and which region leads: a switch of regions is no change of ours. The
            // names are those of the first region; they must not replace it when the second takes over.
            ignoreChanges: [
                "databaseName",
                "globalClusterIdentifier",
                "masterUsername",
                "replicationSourceIdentifier",
                ...ofNewOnes(args),
            ],
        },
    );
    instances(prefix, args, cluster);

    // What the clusters of all regions are part of; it lies with the first one.
    const global = replicated
        ? new aws.rds.GlobalCluster(
              prefix,
              {
                  globalClusterIdentifier: `${name}-global`,
                  sourceDbClusterIdentifier: cluster.arn,
                  deletionProtection: production,
                  forceDestroy: true, // lets the cluster go, and destroys none
              },
              // AWS does not tell it of one that was imported; a new value would replace that.
              { ignoreChanges: ["sourceDbClusterIdentifier"] },
          )
        : undefined;

    const secretArn = secret?.arn ?? cluster.masterUserSecrets.apply(secrets => secrets[0]?.secretArn ?? null);
    return {
        /** What a service needs to know; user and password are in the secret. */
        connection: {
            host: primary ? cluster.readerEndpoint : cluster.endpoint,
            port: cluster.port,
            database: "app",
            secret_arn: primary?.secret_arn ?? secretArn,
        },
        /** What a second region needs to know. */
        primary: {
            arn: cluster.arn,
            engine_version: cluster.engineVersionActual,
            global_cluster_id: global?.id ?? null,
            secret_arn: secretArn,
        } as Record<string, pulumi.Input<string | null>>,
    };
}

/**
 * In production one in each zone, the others ready to take over; elsewhere, and in a second region, one where there is
 * room.
 */
function instances(prefix: string, args: AuroraArgs, cluster: aws.rds.Cluster): void {
    const inEach = args.production && !args.primary;
    const zones: Record<string, string | undefined> = inEach
        ? Object.fromEntries(args.zones.map(zone => [zone.slice(-1), zone]))
        : { any: undefined };
    mapValues(
        zones,
        (availabilityZone, key) =>
            new aws.rds.ClusterInstance(
                `${prefix}-${key}`,
                {
                    identifier: `${args.name}-${key}`,
                    clusterIdentifier: cluster.id,
                    ...(availabilityZone === undefined ? {} : { availabilityZone }),
                    engine: "aurora-postgresql",
                    engineVersion: cluster.engineVersion,
                    instanceClass: "db.serverless",
                    applyImmediately: !args.production,
                    copyTagsToSnapshot: true,
                    performanceInsightsEnabled: true,
                    performanceInsightsKmsKeyId: args.kmsKeyArn,
                },
                { ignoreChanges: ["engineVersion"] }, // goes with the cluster's
            ),
    );
}
