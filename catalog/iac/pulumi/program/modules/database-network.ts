import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

export interface DatabaseNetworkArgs {
    /** Prefix of every resource's name: the platform and the cluster. */
    name: string;
    vpcId: pulumi.Input<string>;
    /** Private subnets, by zone. */
    privateSubnetIds: pulumi.Input<Record<string, string>>;
    /** The group that the cluster's nodes are in. */
    clusterSecurityGroupId: pulumi.Input<string>;
}

/** Where the databases of a cluster are, and who may connect to them. */
export function databaseNetwork({ name, vpcId, privateSubnetIds, clusterSecurityGroupId }: DatabaseNetworkArgs) {
    const subnetGroup = new aws.rds.SubnetGroup("network", {
        name: `${name}-databases`,
        description: `Private subnets of ${name}`,
        subnetIds: pulumi.output(privateSubnetIds).apply(byZone => {
            const ids = Object.values(byZone);
            if (ids.length < 2) {
                throw new Error("RDS needs subnets in at least two zones.");
            }
            return ids;
        }),
    });

    // No rules for what goes out: a database answers, and connects to nobody.
    const group = new aws.ec2.SecurityGroup("network", {
        name: `${name}-databases`,
        description: `PostgreSQL, from the cluster ${name}`,
        vpcId,
        tags: { Name: `${name}-databases` },
    });
    new aws.vpc.SecurityGroupIngressRule("network", {
        securityGroupId: group.id,
        description: "From the nodes, and so the pods, of the cluster",
        referencedSecurityGroupId: clusterSecurityGroupId,
        fromPort: 5432,
        toPort: 5432,
        ipProtocol: "tcp",
    });

    return { subnetGroupName: subnetGroup.name, securityGroupId: group.id };
}
