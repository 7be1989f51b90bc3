import * as aws from "@pulumi/aws";
import { keyWithLogs } from "./keys";

/**
 * The key for all databases and tables of a cluster. Not one each: a final snapshot outlives its database, and can be read
 * for as long as the key is there.
 */
export function databaseKey(name: string): aws.kms.Key {
    const key = keyWithLogs("key", `Databases and tables of ${name}`, `/aws/rds/*/${name}-*`);
    new aws.kms.Alias("key", { name: `alias/${name}-databases`, targetKeyId: key.keyId });
    return key;
}
