import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { byName } from "./maps";

export interface EndpointsArgs {
    name: string;
    /** Range from which the endpoints are reached. */
    cidr: string;
    vpcId: pulumi.Input<string>;
    publicTable: aws.ec2.RouteTable;
    /** By zone. */
    privateTables: Record<string, aws.ec2.RouteTable>;
    /** By zone. */
    privateSubnets: Record<string, aws.ec2.Subnet>;
    /** Services with an interface of their own, such as `ecr.api`. */
    services: string[];
}

/**
 * What stays inside of AWS: no NAT gateway carries it, and none is paid for it. Tables and subnets are associated one by
 * one: those of a new zone change no endpoint.
 */
export function endpoints(args: EndpointsArgs) {
    const { name, vpcId, services } = args;
    const region = aws.getRegionOutput().region;
    const serviceName = (service: string) => pulumi.interpolate`com.amazonaws.${region}.${service}`;

    for (const service of ["s3", "dynamodb"]) {
        const endpoint = new aws.ec2.VpcEndpoint(`network-gateway-${service}`, {
            vpcId,
            serviceName: serviceName(service),
            vpcEndpointType: "Gateway",
            tags: { Name: `${name}-${service}` },
        });
        const associate = (resource: string, table: aws.ec2.RouteTable) =>
            new aws.ec2.VpcEndpointRouteTableAssociation(`network-${resource}`, {
                vpcEndpointId: endpoint.id,
                routeTableId: table.id,
            });
        associate(`public-${service}`, args.publicTable);
        for (const [zone, table] of Object.entries(args.privateTables)) {
            associate(`private-${service}-${zone}`, table);
        }
    }

    if (services.length === 0) {
        return;
    }
    const group = new aws.ec2.SecurityGroup("network-endpoints", {
        name: `${name}-endpoints`,
        description: "HTTPS from inside of the network to the endpoints of AWS services.",
        vpcId,
        tags: { Name: `${name}-endpoints` },
    });
    new aws.vpc.SecurityGroupIngressRule("network-endpoints", {
        securityGroupId: group.id,
        description: "From the network itself",
        cidrIpv4: args.cidr,
        fromPort: 443,
        toPort: 443,
        ipProtocol: "tcp",
    });
    byName(services, service => {
        const endpoint = new aws.ec2.VpcEndpoint(`network-interface-${service}`, {
            vpcId,
            serviceName: serviceName(service),
            vpcEndpointType: "Interface",
            privateDnsEnabled: true,
            securityGroupIds: [group.id],
            tags: { Name: `${name}-${service}` },
        });
        for (const [zone, subnet] of Object.entries(args.privateSubnets)) {
            new aws.ec2.VpcEndpointSubnetAssociation(`network-interface-${service}-${zone}`, {
                vpcEndpointId: endpoint.id,
                subnetId: subnet.id,
            });
        }
    });
}
