import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { endpoints } from "./endpoints";
import { flowLogs, FlowLogsArgs } from "./flow-logs";
import { ipv6Subnet } from "./ipv6";
import { mapValues } from "./maps";
import { regionalNat, zonalNat } from "./nat";

export interface NetworkArgs {
    /** Prefix of every resource's name: the platform and the cluster. */
    name: string;
    /** Address range of the VPC. Ranges of clusters that may ever be peered must not overlap. */
    cidr: string;
    /** Ranges of the public and the private subnet, by zone. Once used, a zone keeps its ranges. */
    subnets: Record<string, { public: string; private: string }>;
    /** Allocation of the reserved external address, by zone. */
    natAllocationIds: pulumi.Input<Record<string, string>>;
    /** Ways out of the private subnets: a gateway per zone, or one of AWS's own redundancy. */
    nat?: "zonal" | "regional";
    /** Whether the network has IPv6 beside IPv4. */
    ipv6?: boolean;
    /** Services of AWS that are reached without leaving the network. Each costs by the hour and zone. */
    interfaceEndpoints?: string[];
    flowLogs?: FlowLogsArgs;
}

/**
 * A VPC with one public and one private subnet per zone, and ways out on addresses reserved elsewhere. Everything is keyed
 * by the zone's name: adding or reordering zones leaves the others alone.
 */
export function network(args: NetworkArgs) {
    const { name, subnets, ipv6 = false } = args;
    if (Object.keys(subnets).length < 2) {
        throw new Error("EKS needs subnets in at least two zones; three survive the loss of one.");
    }

    const vpc = new aws.ec2.Vpc("network", {
        cidrBlock: args.cidr,
        assignGeneratedIpv6CidrBlock: ipv6,
        enableDnsSupport: true,
        enableDnsHostnames: true,
        tags: { Name: name },
    });

    // Nobody uses the group that AWS makes; emptied so that nobody can.
    new aws.ec2.DefaultSecurityGroup("network", { vpcId: vpc.id, tags: { Name: `${name}-default-unused` } });

    const internet = new aws.ec2.InternetGateway("network", { vpcId: vpc.id, tags: { Name: name } });

    // A way out for IPv6, and none in.
    const egressOnly = ipv6
        ? new aws.ec2.EgressOnlyInternetGateway("network", { vpcId: vpc.id, tags: { Name: name } })
        : undefined;

    const ipv6Of = (zone: string, isPrivate: boolean) => ({
        ipv6CidrBlock: ipv6 ? vpc.ipv6CidrBlock.apply(block => ipv6Subnet(block, zone, isPrivate)) : undefined,
        assignIpv6AddressOnCreation: ipv6,
    });

    const publicSubnets = mapValues(
        subnets,
        (ranges, zone) =>
            new aws.ec2.Subnet(`network-public-${zone}`, {
                vpcId: vpc.id,
                availabilityZone: zone,
                cidrBlock: ranges.public,
                ...ipv6Of(zone, false),
                tags: {
                    Name: `${name}-public-${zone}`,
                    "kubernetes.io/role/elb": "1", // internet-facing load balancers
                },
            }),
    );

    const privateSubnets = mapValues(
        subnets,
        (ranges, zone) =>
            new aws.ec2.Subnet(`network-private-${zone}`, {
                vpcId: vpc.id,
                availabilityZone: zone,
                cidrBlock: ranges.private,
                ...ipv6Of(zone, true),
                tags: {
                    Name: `${name}-private-${zone}`,
                    "kubernetes.io/role/internal-elb": "1", // internal load balancers
                    "karpenter.sh/discovery": name, // where Karpenter may put nodes
                },
            }),
    );

    const natGatewayIds = (args.nat === "regional" ? regionalNat : zonalNat)({
        name,
        vpcId: vpc.id,
        internet,
        publicSubnets,
        allocationIds: pulumi.output(args.natAllocationIds),
    });

    const publicTable = new aws.ec2.RouteTable("network-public", {
        vpcId: vpc.id,
        routes: [
            { cidrBlock: "0.0.0.0/0", gatewayId: internet.id },
            ...(ipv6 ? [{ ipv6CidrBlock: "::/0", gatewayId: internet.id }] : []),
        ],
        tags: { Name: `${name}-public` },
    });

    const privateTables = mapValues(
        natGatewayIds,
        (natGatewayId, zone) =>
            new aws.ec2.RouteTable(`network-private-${zone}`, {
                vpcId: vpc.id,
                routes: [
                    { cidrBlock: "0.0.0.0/0", natGatewayId },
                    ...(egressOnly ? [{ ipv6CidrBlock: "::/0", egressOnlyGatewayId: egressOnly.id }] : []),
                ],
                tags: { Name: `${name}-private-${zone}` },
            }),
    );

    for (const [zone, subnet] of Object.entries(publicSubnets)) {
        new aws.ec2.RouteTableAssociation(`network-public-${zone}`, {
            subnetId: subnet.id,
            routeTableId: publicTable.id,
        });
    }
    for (const [zone, table] of Object.entries(privateTables)) {
        new aws.ec2.RouteTableAssociation(`network-private-${zone}`, {
            subnetId: privateSubnets[zone]!.id,
            routeTableId: table.id,
        });
    }

    endpoints({
        name,
        cidr: args.cidr,
        vpcId: vpc.id,
        publicTable,
        privateTables,
        privateSubnets,
        services: args.interfaceEndpoints ?? [],
    });
    flowLogs(name, vpc.id, args.flowLogs ?? {});

    return {
        vpcId: vpc.id,
        publicSubnetIds: mapValues(publicSubnets, subnet => subnet.id),
        privateSubnetIds: mapValues(privateSubnets, subnet => subnet.id),
    };
}
