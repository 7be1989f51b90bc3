import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { ansiblePolicy, installPolicy } from "./ansible-policy";
import { byName, mapValues } from "./maps";
import { applyPolicy, planPolicy, statePolicy } from "./pipeline-policies";
import { account, policy } from "./policies";

export interface PipelinesArgs {
    /** Prefix of every role's name. */
    platform: string;
    /** The clusters of this account; each is an environment of the repository at GitHub. */
    clusters: string[];
    /** The repository whose workflows plan and apply, as owner/name. */
    repository: string;
    /** The bucket of the state, which plan reads. */
    stateBucket: string;
    /** What the name of each cluster's bucket begins with; the cluster's name follows. */
    bucketPrefix: string;
    /** The table of locks beside the bucket of the state, where there is one. */
    lockTable?: string;
    /** Whether the state of the records, which are no cluster's, is in this account. */
    dns?: boolean;
}

const issuer = "token.actions.githubusercontent.com";

/**
 * Roles for GitHub's workflows, by the tokens that GitHub signs for each run: there is no key to keep, rotate or lose. plan
 * reads and is for pull requests; apply, install and ansible are per cluster, and GitHub lets a run have the environment of
 * that name only after somebody has approved it.
 */
export function pipelines(args: PipelinesArgs) {
    const { platform, clusters, repository, stateBucket, bucketPrefix } = args;
    const { partition } = account();
    const github = new aws.iam.OpenIdConnectProvider("pipelines-github", {
        url: `https://${issuer}`,
        clientIdLists: ["sts.amazonaws.com"],
    });

    // Whose tokens each role trusts.
    const run = (environment: string) => [`repo:${repository}:environment:${environment}`];
    const subjects: Record<string, string[]> = {
        plan: [`repo:${repository}:pull_request`, `repo:${repository}:ref:refs/heads/main`],
        ...Object.fromEntries(clusters.map(cluster => [`${cluster}-apply`, run(cluster)])),
        ...Object.fromEntries(clusters.map(cluster => [`${cluster}-install`, run(cluster)])),
        ...Object.fromEntries(clusters.map(cluster => [`${cluster}-ansible`, run(cluster)])),
        ...(args.dns ? { "dns-apply": run("dns") } : {}),
    };
    const roles = mapValues(
        subjects,
        (trusted, name) =>
            new aws.iam.Role(`pipelines-${name}`, {
                name: `${platform}-${name}`,
                // Making a cluster and its databases can take more than an hour; draining its nodes one by one, several.
                maxSessionDuration: name.endsWith("-ansible") ? 14400 : name.endsWith("-apply") ? 7200 : 3600,
                assumeRolePolicy: policy({
                    Action: "sts:AssumeRoleWithWebIdentity",
                    Principal: { Federated: github.arn },
                    Condition: {
                        StringEquals: { [`${issuer}:aud`]: "sts.amazonaws.com", [`${issuer}:sub`]: trusted },
                    },
                }),
            }),
    );
    const give = (resource: string, role: string, name: string, document: aws.iam.PolicyDocument) =>
        new aws.iam.RolePolicy(`pipelines-${resource}`, { name, role: roles[role]!.name, policy: document });
    const attach = (resource: string, role: string, name: string) =>
        new aws.iam.RolePolicyAttachment(`pipelines-${resource}`, {
            role: roles[role]!.name,
            policyArn: pulumi.interpolate`arn:${partition}:iam::aws:policy/${name}`,
        });

    attach("plan", "plan", "ReadOnlyAccess");
    give("plan", "plan", "no-contents", planPolicy(stateBucket));
    if (args.dns) {
        give("dns-dns-apply", "dns-apply", "state", statePolicy(stateBucket, "dns", args.lockTable));
    }
    for (const cluster of clusters) {
        // A cluster whose name goes on from this one's, as prod-dr does from prod, is another.
        const others = clusters.filter(other => other.startsWith(`${cluster}-`)).map(other => `${other}-*`);
        const notItsOwn = [...others, ...Object.keys(subjects)].map(name => `${platform}-${name}`);
        attach(`apply-${cluster}`, `${cluster}-apply`, "PowerUserAccess");
        give(
            `apply-${cluster}`,
            `${cluster}-apply`,
            "roles-of-the-cluster",
            applyPolicy(platform, cluster, { roles: notItsOwn, issuer }),
        );
        give(`install-${cluster}`, `${cluster}-install`, "install", installPolicy(platform, cluster));
        give(`ansible-${cluster}`, `${cluster}-ansible`, "ansible", ansiblePolicy(platform, cluster, bucketPrefix));
    }

    const arnOf = (name: string) => roles[name]!.arn;
    return {
        planRoleArn: arnOf("plan"),
        applyRoleArns: byName(clusters, cluster => arnOf(`${cluster}-apply`)),
        installRoleArns: byName(clusters, cluster => arnOf(`${cluster}-install`)),
        ansibleRoleArns: byName(clusters, cluster => arnOf(`${cluster}-ansible`)),
    };
}
