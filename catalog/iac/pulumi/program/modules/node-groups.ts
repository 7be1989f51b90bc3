import * as pulumi from "@pulumi/pulumi";

/** A group of nodes. Sizes in GiB; instance types of one size and architecture. */
export interface NodeGroup {
    instanceTypes: string[];
    architecture?: "x86_64" | "arm64";
    os?: "al2023" | "bottlerocket";
    diskSize?: number;
    diskType?: string;
    capacity?: "on-demand" | "spot";
    min: number;
    max: number;
    desired: number;
}

/** An auto scaling group of our own; with `scaleOnCpu`, scaled for that average CPU use in percent. */
export interface SelfManagedNodeGroup extends NodeGroup {
    scaleOnCpu?: number;
}

/** The cluster that nodes join. */
export interface NodesCluster {
    name: pulumi.Output<string>;
    endpoint: pulumi.Output<string>;
    certificateAuthority: pulumi.Output<string>;
    serviceCidr: pulumi.Output<string>;
    securityGroupId: pulumi.Output<string>;
    kubernetesVersion: string;
}

export interface NodesArgs {
    /** Prefix of every resource's name: the platform and the cluster. */
    name: string;
    cluster: NodesCluster;
    privateSubnetIds: pulumi.Input<string[]>;
    managed: Record<string, NodeGroup>;
    selfManaged: Record<string, SelfManagedNodeGroup>;
    /** Whether Cilium is installed, so that nodes become ready. */
    ciliumInstalled: boolean;
    /** False where the API has no access entries, as that of a local AWS. */
    accessEntries: boolean;
    /** Whether nodes of self-managed groups are replaced when their launch template changes. A local AWS cannot. */
    instanceRefresh: boolean;
    /** Tags of instances and volumes, which the provider's default tags do not reach. */
    tags: Record<string, string>;
}

/** Keeps pods away from a node until Cilium runs there; Cilium's operator takes it off. */
export const taint = { key: "node.cilium.io/agent-not-ready", value: "true" };
