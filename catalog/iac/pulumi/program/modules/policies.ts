import * as aws from "@pulumi/aws";

/** A statement of a policy, which allows where it does not say otherwise. */
export type Statement = Omit<aws.iam.PolicyStatement, "Effect"> & { Effect?: "Allow" | "Deny" };

/** A policy of these statements, which allow where they do not say otherwise. */
export function policy(...statements: Statement[]): aws.iam.PolicyDocument {
    return {
        Version: "2012-10-17",
        Statement: statements.map(statement => ({ Effect: "Allow", ...statement })),
    };
}

/** Lets a service of AWS take a role. */
export function trustedBy(service: string, condition?: Statement["Condition"]): aws.iam.PolicyDocument {
    return policy({
        Action: "sts:AssumeRole",
        Principal: { Service: service },
        ...(condition === undefined ? {} : { Condition: condition }),
    });
}

/** What policies are made of in this account: its number and the partition and region that it is used in. */
export function account() {
    return {
        accountId: aws.getCallerIdentityOutput().accountId,
        partition: aws.getPartitionOutput().partition,
        region: aws.getRegionOutput().region,
    };
}
