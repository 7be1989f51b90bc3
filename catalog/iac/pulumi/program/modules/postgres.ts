import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { byName } from "./maps";

/** A database of a service in an environment, by RDS or Aurora. */
export interface DatabaseArgs {
    /** Name of the instance or cluster. */
    name: string;
    /** Major version of PostgreSQL. Minor ones come by themselves. Without one, each has the version that it has. */
    postgresVersion?: string;
    /** Whether users depend on it: larger, in several zones, protected from deletion, longer backups. */
    production: boolean;
    /** What it is a replica of, in another region. */
    primary?: pulumi.Output<Primary>;
    /** Regions that have a replica of it. */
    replicaRegions: string[];
    /** Which password it is; of a database with replicas only, as AWS makes and changes all others. */
    passwordVersion?: number;
    /** Subnets that it may be in. */
    subnetGroupName: pulumi.Input<string>;
    /** The group that databases are in. */
    securityGroupId: pulumi.Input<string>;
    /** The key for storage, secret, logs and insights. */
    kmsKeyArn: pulumi.Input<string>;
}

/** What a replica has to know of its primary, under the names of Terraform's output. */
export interface Primary {
    arn: string;
    secret_arn: string;
    engine_version?: string;
    global_cluster_id?: string;
}

export const username = "app";

/** The version of databases that are new. */
export const newestVersion = "17";

/** TLS only; and who changed what, and what was slow. */
export const parameters = [
    { name: "rds.force_ssl", value: "1" },
    { name: "log_statement", value: "ddl" },
    { name: "log_min_duration_statement", value: "1000" },
];

/** Groups for the logs of a database. RDS would make them, to be kept for ever. */
export function logGroups(prefix: string, folder: string, logs: string[], kmsKeyId: pulumi.Input<string>) {
    return byName(
        logs,
        log =>
            new aws.cloudwatch.LogGroup(`${prefix}-${log}`, {
                name: `${folder}/${log}`,
                retentionInDays: 90,
                kmsKeyId,
            }),
    );
}

/**
 * What is given to new databases only. Of one that was imported AWS does not tell whether and by which key it keeps the
 * password, and tells the minor version, too: what is given here would be a change.
 */
export function ofNewOnes({ postgresVersion, primary, replicaRegions }: DatabaseArgs): string[] {
    const byAws = primary === undefined && replicaRegions.length === 0;
    return [
        ...(postgresVersion === undefined ? ["engineVersion"] : []),
        ...(byAws ? ["manageMasterUserPassword", "masterUserSecretKmsKeyId"] : []),
    ];
}
