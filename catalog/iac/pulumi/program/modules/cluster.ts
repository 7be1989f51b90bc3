import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { keyWithLogs } from "./keys";
import { mapValues } from "./maps";
import { account, trustedBy } from "./policies";

/** Who may talk to the API: an IAM role, its groups in Kubernetes, and whether it is an administrator. */
export interface Access {
    principalArn: pulumi.Input<string>;
    groups: string[];
    admin: boolean;
}

export interface ClusterArgs {
    /** The cluster's name at EKS: the platform and the cluster. */
    name: string;
    /** Minor version. EKS goes up one at a time, and never down. */
    kubernetesVersion: string;
    privateSubnetIds: pulumi.Input<string[]>;
    /** Ranges from which the API answers over the internet. Without any it answers from the cluster's network only. */
    publicAccessCidrs?: string[];
    /** By name: teams, and who installs what the cluster runs on. */
    access: Record<string, Access>;
    irsa?: boolean;
    logRetentionDays?: number;
}

/** The control plane, and who may reach it. It comes without add-ons and without nodes: pods need Cilium first. */
export function cluster(args: ClusterArgs) {
    const { name, publicAccessCidrs = [] } = args;
    const { partition } = account();

    const logGroupName = `/aws/eks/${name}/cluster`;
    const key = keyWithLogs("cluster", `Secrets and logs of the cluster ${name}`, logGroupName);
    new aws.kms.Alias("cluster", { name: `alias/${name}-cluster`, targetKeyId: key.keyId });

    // EKS makes the group itself, without retention and encryption, where there is none.
    const logs = new aws.cloudwatch.LogGroup("cluster", {
        name: logGroupName,
        retentionInDays: args.logRetentionDays ?? 365,
        kmsKeyId: key.arn,
    });

    const role = new aws.iam.Role("cluster-cluster", {
        name: `${name}-cluster`,
        assumeRolePolicy: trustedBy("eks.amazonaws.com"),
    });
    const attachment = new aws.iam.RolePolicyAttachment("cluster-cluster", {
        role: role.name,
        policyArn: pulumi.interpolate`arn:${partition}:iam::aws:policy/AmazonEKSClusterPolicy`,
    });

    const made = new aws.eks.Cluster(
        "cluster",
        {
            name,
            version: args.kubernetesVersion,
            roleArn: role.arn,
            bootstrapSelfManagedAddons: false,
            enabledClusterLogTypes: ["api", "audit", "authenticator", "controllerManager", "scheduler"],
            // Extended support costs six times as much per hour, and is what one gets without asking.
            upgradePolicy: { supportType: "STANDARD" },
            accessConfig: { authenticationMode: "API", bootstrapClusterCreatorAdminPermissions: false },
            encryptionConfig: { resources: ["secrets"], provider: { keyArn: key.arn } },
            vpcConfig: {
                subnetIds: args.privateSubnetIds,
                endpointPrivateAccess: true,
                endpointPublicAccess: publicAccessCidrs.length > 0,
                ...(publicAccessCidrs.length > 0 ? { publicAccessCidrs } : {}),
            },
        },
        // EKS takes other subnets of the zones that the control plane is in, and refuses those of another zone.
        { dependsOn: [attachment, logs], ignoreChanges: ["vpcConfig.subnetIds"] },
    );

    // What their groups may do is in the rbac/ folder of the gitops repository.
    mapValues(args.access, ({ principalArn, groups, admin }, who) => {
        const entry = new aws.eks.AccessEntry(`cluster-${who}`, {
            clusterName: made.name,
            principalArn,
            kubernetesGroups: groups,
        });
        // Administrators get in before there is any RBAC in the cluster.
        if (admin) {
            new aws.eks.AccessPolicyAssociation(`cluster-admin-${who}`, {
                clusterName: made.name,
                principalArn: entry.principalArn,
                policyArn: pulumi.interpolate`arn:${partition}:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy`,
                accessScope: { type: "cluster" },
            });
        }
    });

    const oidcIssuer = made.identities.apply(identities => identities[0]?.oidcs?.[0]?.issuer ?? "");
    // IRSA only: with Pod Identity nobody needs the cluster's tokens to be known to IAM.
    const oidcProvider = args.irsa
        ? new aws.iam.OpenIdConnectProvider("cluster", { url: oidcIssuer, clientIdLists: ["sts.amazonaws.com"] })
        : undefined;

    return {
        name: made.name,
        arn: made.arn,
        endpoint: made.endpoint,
        certificateAuthority: made.certificateAuthority.data,
        securityGroupId: made.vpcConfig.clusterSecurityGroupId,
        serviceCidr: made.kubernetesNetworkConfig.serviceIpv4Cidr,
        oidcProviderArn: oidcProvider?.arn,
        oidcIssuer,
    };
}
