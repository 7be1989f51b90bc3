import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { policy } from "./policies";

/** How a cluster gives its pods roles. */
export interface ClusterIdentity {
    clusterName: pulumi.Input<string>;
    /** What IRSA trusts; without it pods get their roles by Pod Identity. */
    oidcProviderArn?: pulumi.Output<string>;
    /** Who signs the tokens of service accounts. */
    oidcIssuer: pulumi.Output<string>;
    /** Whether Pod Identity may know service accounts already; its agent is an add-on. */
    associate: boolean;
}

export interface WorkloadIdentityArgs {
    /** Name of the role. */
    name: string;
    namespace: string;
    serviceAccount: string;
    /** Policies of AWS that the pods get, by ARN. */
    policyArns?: string[];
    /** Policies of their own, by name. */
    policies?: Record<string, aws.iam.PolicyDocument>;
}

/**
 * An AWS role for the pods of one service account, and what pods that start have to wait for. `prefix` is that of the
 * resources in this program.
 */
export function workloadIdentity(prefix: string, identity: ClusterIdentity, args: WorkloadIdentityArgs) {
    const { namespace, serviceAccount } = args;
    const irsa = identity.oidcProviderArn !== undefined;

    const role = new aws.iam.Role(prefix, {
        name: args.name,
        assumeRolePolicy: irsa
            ? identity.oidcIssuer.apply(issuer => tokensOf(identity, issuer, namespace, serviceAccount))
            : policy({
                  Action: ["sts:AssumeRole", "sts:TagSession"],
                  Principal: { Service: "pods.eks.amazonaws.com" },
              }),
    });

    for (const policyArn of args.policyArns ?? []) {
        new aws.iam.RolePolicyAttachment(`${prefix}-${policyArn.split("/").at(-1)}`, { role: role.name, policyArn });
    }
    for (const [name, document] of Object.entries(args.policies ?? {})) {
        new aws.iam.RolePolicy(`${prefix}-${name}`, { name, role: role.name, policy: document });
    }
    const { clusterName } = identity;
    const associations =
        identity.associate && !irsa
            ? [new aws.eks.PodIdentityAssociation(prefix, { clusterName, namespace, serviceAccount, roleArn: role.arn })]
            : [];
    return { arn: role.arn, associations };
}

function tokensOf(identity: ClusterIdentity, issuer: string, namespace: string, serviceAccount: string) {
    const host = issuer.replace("https://", "");
    return policy({
        Action: "sts:AssumeRoleWithWebIdentity",
        Principal: { Federated: identity.oidcProviderArn as pulumi.Output<string> },
        Condition: {
            StringEquals: {
                [`${host}:sub`]: `system:serviceaccount:${namespace}:${serviceAccount}`,
                [`${host}:aud`]: "sts.amazonaws.com",
            },
        },
    });
}
