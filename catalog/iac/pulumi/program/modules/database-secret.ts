import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

export interface DatabaseSecretArgs {
    /** The database's name. */
    name: string;
    username: string;
    kmsKeyArn: pulumi.Input<string>;
    /** Regions that need the secret too. */
    replicaRegions: string[];
    /** Which password it is, counted from 1. Without one it stays what it is, and Pulumi knows nothing of it. */
    passwordVersion?: number;
}

/**
 * The password of a database that has a replica in another region: AWS does not keep those itself, as it does for all
 * others. Each run asks for one, and AWS is told of it only where the version is another. What a run asked for stays in the
 * state, encrypted by the stack's key: Pulumi keeps what is given to a resource, also what is written only.
 *
 * Another password, or one again after a run that stopped halfway: raise the version.
 */
export function databaseSecret(prefix: string, args: DatabaseSecretArgs) {
    const secret = new aws.secretsmanager.Secret(`${prefix}-secret`, {
        // A prefix, because a name stays taken for a month after its secret was deleted.
        namePrefix: `${args.name}-`,
        description: `User and password of the database ${args.name}`,
        kmsKeyId: args.kmsKeyArn,
        // By the key of AWS there: ours comes with the replica, later than this.
        replicas: args.replicaRegions.map(region => ({ region })),
    });
    if (args.passwordVersion === undefined) {
        return { arn: secret.arn };
    }

    const { randomPassword } = aws.secretsmanager.getRandomPasswordOutput({
        passwordLength: 40,
        excludePunctuation: true, // so that it stands in an address as it is
    });
    const password = pulumi.secret(randomPassword);
    const version = new aws.secretsmanager.SecretVersion(`${prefix}-secret`, {
        secretId: secret.id,
        secretStringWo: pulumi.jsonStringify({ username: args.username, password }),
        secretStringWoVersion: args.passwordVersion,
    });
    return { arn: version.arn, password };
}
