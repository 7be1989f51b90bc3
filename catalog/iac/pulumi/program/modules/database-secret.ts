import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

export interface DatabaseSecretArgs {
    /** The database's name. */
    name: string;
    username: string;
    kmsKeyArn: pulumi.Input<string>;
    /** Regions that need the secret too. */
    replicaRegions: string[];
    /** Which password it is; see `passwordOf`. */
    passwordVersion?: number;
}

/**
 * The password of a database that has a replica in another region: AWS does not keep those itself, as it does for all
 * others. Each run asks for one, and only who makes something or is told of another version passes it on. What was passed
 * on stays in the state, encrypted by the stack's key; of what was taken over from Terraform nothing is there.
 *
 * Another password, or one again after a run that stopped halfway: raise the version.
 */
export function databaseSecret(prefix: string, args: DatabaseSecretArgs) {
    const { randomPassword } = aws.secretsmanager.getRandomPasswordOutput({
        passwordLength: 40,
        excludePunctuation: true, // so that it stands in an address as it is
    });
    const password = pulumi.secret(randomPassword);

    const secret = new aws.secretsmanager.Secret(`${prefix}-secret`, {
        // A prefix, because a name stays taken for a month after its secret was deleted.
        namePrefix: `${args.name}-`,
        description: `User and password of the database ${args.name}`,
        kmsKeyId: args.kmsKeyArn,
        // By the key of AWS there: ours comes with the replica, later than this.
        replicas: args.replicaRegions.map(region => ({ region })),
    });

    const written = passwordOf("secretStringWo", args.passwordVersion);
    const version = new aws.secretsmanager.SecretVersion(
        `${prefix}-secret`,
        {
            secretId: secret.id,
            secretStringWo: pulumi.jsonStringify({ username: args.username, password }),
            secretStringWoVersion: written.version,
        },
        { ignoreChanges: written.ignoreChanges },
    );
    return { arn: version.arn, password };
}

/**
 * The version of what a write-only property is given, and what is left as it is. The first one is kept until a version is
 * named, whichever it was by Terraform's count: AWS does not tell it, and a number alone would change the password.
 */
export function passwordOf(property: string, version?: number) {
    return { version: version ?? 1, ignoreChanges: version === undefined ? [property, `${property}Version`] : [] };
}
