import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { mapValues } from "./maps";
import { account, policy } from "./policies";

export type TeamRole = "admin" | "developer" | "releaser" | "viewer";

export interface PeopleArgs {
    /** Prefix of every role's name. */
    platform: string;
    /** What each team may do. */
    teams: Record<string, TeamRole>;
    /** Who may take the roles: accounts or roles by ARN, as that of an identity provider. Without any, this account. */
    trusted?: string[];
}

/** What each role may do in AWS. Everyone may find the clusters, so that kubectl gets in. */
const rights: Record<TeamRole, (keyof ReturnType<typeof policies>)[] | "everything"> = {
    viewer: ["clusters", "metrics"],
    releaser: ["clusters", "metrics"],
    developer: ["clusters", "metrics", "logs", "databases"],
    admin: "everything",
};

/**
 * A role for each team, with the rights of what the team is. What the same roles may do inside a cluster is in the rbac/
 * folder of the gitops repository.
 */
export function people({ platform, teams, trusted = [] }: PeopleArgs) {
    const { accountId, partition } = account();
    const documents = policies(platform);
    // A session of a role shows no second factor. Whoever gave that role has asked for one, as an identity provider does.
    const trustedRoles = trusted.filter(arn => arn.includes(":role/"));
    const accounts: pulumi.Input<string>[] =
        trusted.length > 0
            ? trusted.filter(arn => !trustedRoles.includes(arn))
            : [pulumi.interpolate`arn:${partition}:iam::${accountId}:root`];
    const takenBy = (arns: pulumi.Input<string>[], team: string, further: Record<string, Record<string, string>>) =>
        arns.length > 0
            ? [
                  {
                      Action: "sts:AssumeRole",
                      Principal: { AWS: arns },
                      Condition: { StringEquals: { "aws:PrincipalTag/team": team }, ...further },
                  },
              ]
            : [];

    const roles = mapValues(teams, (teamRole, team) => {
        const role = new aws.iam.Role(`people-${team}`, {
            name: `${platform}-team-${team}`,
            description: `The team ${team}: ${teamRole}`,
            maxSessionDuration: teamRole === "admin" ? 3600 : 28800,
            // Whoever is trusted, has the tag `team`, and has shown a second factor.
            assumeRolePolicy: policy(
                ...takenBy(accounts, team, { Bool: { "aws:MultiFactorAuthPresent": "true" } }),
                ...takenBy(trustedRoles, team, {}),
            ),
        });
        const of = rights[teamRole];
        if (of === undefined) {
            throw new Error(`${team} is ${teamRole}; a team is admin, developer, releaser or viewer.`);
        }
        if (of === "everything") {
            // For what no pipeline does: an hour at a time, with a second factor.
            new aws.iam.RolePolicyAttachment(`people-admin-${team}`, {
                role: role.name,
                policyArn: pulumi.interpolate`arn:${partition}:iam::aws:policy/AdministratorAccess`,
            });
        } else {
            for (const right of of) {
                new aws.iam.RolePolicy(`people-${team}-${right}`, {
                    name: right,
                    role: role.name,
                    policy: documents[right],
                });
            }
        }
        return role;
    });

    return { roleArns: mapValues(roles, role => role.arn) };
}

function policies(platform: string) {
    const { accountId, partition } = account();
    return {
        clusters: policy(
            { Action: "eks:ListClusters", Resource: "*" },
            {
                Action: "eks:DescribeCluster",
                Resource: pulumi.interpolate`arn:${partition}:eks:*:${accountId}:cluster/${platform}-*`,
            },
        ),
        metrics: policy({
            Action: ["cloudwatch:DescribeAlarms", "cloudwatch:GetMetricData", "cloudwatch:ListMetrics"],
            Resource: "*",
        }),
        logs: policy(
            {
                Action: ["logs:FilterLogEvents", "logs:GetLogEvents", "logs:StartQuery"],
                Resource: pulumi.interpolate`arn:${partition}:logs:*:${accountId}:log-group:/aws/*/${platform}-*`,
            },
            { Action: "logs:GetQueryResults", Resource: "*" },
        ),
        // How a database does, not what is in it.
        databases: policy({
            Action: [
                "dynamodb:DescribeTable",
                "dynamodb:ListTables",
                "rds:DescribeDBClusters",
                "rds:DescribeDBInstances",
                "rds:DescribeEvents",
            ],
            Resource: "*",
        }),
    };
}
