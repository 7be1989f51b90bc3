import * as pulumi from "@pulumi/pulumi";
import * as aws from "@pulumi/aws";
import { accessOf } from "../modules/access";
import { argocdRoles } from "../modules/argocd";
import { autoscaler } from "../modules/autoscaler";
import { cluster } from "../modules/cluster";
import { nodeTermination } from "../modules/node-termination";
import { NodeGroup, SelfManagedNodeGroup } from "../modules/node-groups";
import { nodes } from "../modules/nodes";
import { outputsOf, settings } from "../modules/stack";
import { ClusterIdentity, workloadIdentity } from "../modules/workload-identity";

interface Settings {
    /** The account, by its name in platform.yaml: the stack of `iam`. */
    account: string;
    kubernetesVersion: string;
    publicAccessCidrs?: string[];
    identity?: "pod-identity" | "irsa";
    /** What each team may do: admin, developer, releaser or viewer. */
    teams: Record<string, string>;
    /** Whether the Argo CD on this cluster serves others too. */
    argocdReachesOthers?: boolean;
    /** The cluster that this one's Argo CD is on, where that is another. */
    argocdCluster?: string;
    managedNodes?: Record<string, NodeGroup>;
    selfManagedNodes?: Record<string, SelfManagedNodeGroup>;
}

const given = settings<Settings>();
const { platform, managedNodes = {}, selfManagedNodes = {} } = given;
const stack = pulumi.getStack();
const name = `${platform}-${stack}`;

// Yours, in Pulumi.<cluster>.yaml. True once ansible/cilium.yaml has run: managed node groups and add-ons come then.
const config = new pulumi.Config("eks");
const ciliumInstalled = config.getBoolean("ciliumInstalled") ?? false;
// A local AWS has none of these.
const allAddons = config.getObject<string[]>("addons") ?? ["aws-ebs-csi-driver", "coredns", "eks-pod-identity-agent"];
const accessEntries = config.getBoolean("accessEntries") ?? true;
const instanceRefresh = config.getBoolean("instanceRefresh") ?? true;

const irsa = given.identity === "irsa";
const addons = irsa ? allAddons.filter(addon => addon !== "eks-pod-identity-agent") : allAddons;

const networkOutputs = outputsOf(platform, "network");
const iam = outputsOf(platform, "iam", given.account);
const argocd = given.argocdCluster === undefined ? undefined : outputsOf(platform, "eks", given.argocdCluster);
const privateSubnetIds = networkOutputs
    .requireOutput("private_subnet_ids")
    .apply((ids: Record<string, string>) => Object.values(ids));

const plane = cluster({
    name,
    kubernetesVersion: given.kubernetesVersion,
    privateSubnetIds,
    publicAccessCidrs: given.publicAccessCidrs,
    access: accessEntries ? accessOf(stack, given.teams, iam, argocd) : {},
    irsa,
});
const identity: ClusterIdentity = {
    clusterName: plane.name,
    oidcProviderArn: plane.oidcProviderArn,
    oidcIssuer: plane.oidcIssuer,
    associate: ciliumInstalled && allAddons.length > 0,
};

const groups = nodes({
    name,
    cluster: { ...plane, kubernetesVersion: given.kubernetesVersion },
    privateSubnetIds,
    managed: managedNodes,
    selfManaged: selfManagedNodes,
    ciliumInstalled,
    accessEntries,
    instanceRefresh,
    tags: { platform, cluster: stack },
});
const termination =
    Object.keys(selfManagedNodes).length > 0 ? nodeTermination(name, identity, groups.autoscalingGroups) : undefined;

const ebsCsi = workloadIdentity("ebs-csi", identity, {
    name: `${name}-ebs-csi`,
    namespace: "kube-system",
    serviceAccount: "ebs-csi-controller-sa",
    policyArns: ["arn:aws:iam::aws:policy/service-role/AmazonEBSCSIDriverPolicy"],
});
// Add-ons are pods, and start where Cilium runs. There is no kube-proxy among them, as Cilium does its work.
for (const addonName of ciliumInstalled ? addons : []) {
    new aws.eks.Addon(
        addonName,
        {
            clusterName: plane.name,
            addonName,
            ...(irsa && addonName === "aws-ebs-csi-driver" ? { serviceAccountRoleArn: ebsCsi.arn } : {}),
            resolveConflictsOnUpdate: "PRESERVE",
        },
        // Pods that start before they are associated with a role never get one.
        { dependsOn: [...groups.ready, ...ebsCsi.associations] },
    );
}

export const cluster_name = plane.name;
export const cluster_arn = plane.arn;
export const cluster_endpoint = plane.endpoint;
export const cluster_certificate_authority_data = plane.certificateAuthority;
export const cluster_security_group_id = plane.securityGroupId;
export const oidc_provider_arn = plane.oidcProviderArn ?? null;
export const oidc_issuer = plane.oidcIssuer;
export const node_role_arns = groups.roleArns;
export const node_termination_queue_url = termination?.queueUrl ?? null;
export const node_termination_role_arn = termination?.roleArn ?? null;
export const ebs_csi_role_arn = ebsCsi.arn;
export const autoscaler_role_arn = autoscaler(name, identity).arn;
export const argocd_role_arns = given.argocdReachesOthers ? argocdRoles(name, identity) : {};
