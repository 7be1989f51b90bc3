import * as pulumi from "@pulumi/pulumi";
import { aurora } from "../modules/aurora";
import { databaseKey } from "../modules/database-key";
import { databaseNetwork } from "../modules/database-network";
import { mapValues } from "../modules/maps";
import { account } from "../modules/policies";
import type { Primary } from "../modules/postgres";
import { rds } from "../modules/rds";
import { outputsOf, settings } from "../modules/stack";
import { tables } from "../modules/tables";
import { ClusterIdentity, workloadIdentity } from "../modules/workload-identity";

interface Replicated {
    /** Whether users depend on it. */
    production: boolean;
    /** The cluster whose database it is a replica of. */
    replicaOf?: string;
    /** The regions that have one of it. */
    replicaRegions?: string[];
}

interface Settings {
    /** By service and environment. */
    databases?: Record<string, Replicated & { kind: "rds" | "aurora" }>;
    /** By service and environment, and in it by the service's name for each. */
    tables?: Record<string, Replicated & TablesOfService>;
    zones: string[];
    identity?: "pod-identity" | "irsa";
}

interface TablesOfService {
    service: string;
    environment: string;
    tables: Record<string, { name: string; key: string }>;
}

const given = settings<Settings>();
const { platform, databases = {} } = given;
const name = `${platform}-${pulumi.getStack()}`;

// Yours, in Pulumi.<cluster>.yaml.
const config = new pulumi.Config("database");
const postgresVersion = config.get("postgresVersion");
// Of databases with replicas: 1 for one that is new, and more for another password. AWS makes and changes all others.
const passwordVersions = config.getObject<Record<string, number>>("passwordVersions") ?? {};
// A local AWS has none.
const associate = config.getBoolean("podIdentityAssociations") ?? true;

const networkOutputs = outputsOf(platform, "network");
const eks = outputsOf(platform, "eks");
const { region } = account();

const key = databaseKey(name);
const network = databaseNetwork({
    name,
    vpcId: networkOutputs.requireOutput("vpc_id"),
    privateSubnetIds: networkOutputs.requireOutput("private_subnet_ids"),
    clusterSecurityGroupId: eks.requireOutput("cluster_security_group_id"),
});

const references: Record<string, pulumi.StackReference> = {};
function databaseOf(cluster: string): pulumi.StackReference {
    return (references[cluster] ??= outputsOf(platform, "database", cluster));
}

/** What a replica has to know of its primary. Its secret is copied here, under the same name. */
function primaryOf(of: string, cluster: string): pulumi.Output<Primary> {
    return pulumi.all([databaseOf(cluster).requireOutput("primaries"), region]).apply(([primaries, region]) => {
        const primary = primaries[of] as Primary;
        const secretArn = primary.secret_arn.replace(/:secretsmanager:[^:]+:/, `:secretsmanager:${region}:`);
        return { ...primary, secret_arn: secretArn };
    });
}

const made = mapValues(databases, (database, of) => {
    const args = {
        name: `${name}-${of}`,
        postgresVersion,
        production: database.production,
        primary: database.replicaOf === undefined ? undefined : primaryOf(of, database.replicaOf),
        replicaRegions: database.replicaRegions ?? [],
        passwordVersion: passwordVersions[of],
        kmsKeyArn: key.arn,
        ...network,
    };
    return database.kind === "rds" ? rds(of, args) : aurora(of, { ...args, zones: given.zones });
});

const text = (output: string) => eks.requireOutput(output).apply((text: string) => text);
const identity: ClusterIdentity = {
    clusterName: eks.requireOutput("cluster_name"),
    oidcProviderArn: given.identity === "irsa" ? text("oidc_provider_arn") : undefined,
    oidcIssuer: text("oidc_issuer"),
    associate,
};

const services = mapValues(given.tables ?? {}, (service, of) => {
    const { replicaOf, replicaRegions = [] } = service;
    const primaryArns =
        replicaOf === undefined
            ? undefined
            : databaseOf(replicaOf)
                  .requireOutput("table_arns")
                  .apply((arns: Record<string, Record<string, string>>) => arns[of] as Record<string, string>);
    const { arns, policy } = tables(of, { ...service, primaryArns, replicaRegions, kmsKeyArn: key.arn });
    // The pods of the service in that environment may use their tables.
    const role = workloadIdentity(`identity-${of}`, identity, {
        name: `${name}-${of}`,
        namespace: service.environment,
        serviceAccount: service.service,
        policies: { tables: policy },
    });
    return { arns, access: { role_arn: role.arn, tables: mapValues(service.tables, table => table.name) } };
});

const replicated = Object.entries(made).filter(([of]) => (databases[of]?.replicaRegions ?? []).length > 0);

const connections = mapValues(made, database => database.connection);
export { connections as databases };
export const primaries = Object.fromEntries(replicated.map(([of, database]) => [of, database.primary]));
const access = mapValues(services, service => service.access);
export { access as tables };
export const table_arns = mapValues(services, service => service.arns);
