import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

export interface EndpointsArgs {
    name: string;
    /** Range from which the endpoints are reached. */
    cidr: string;
    vpcId: pulumi.Input<string>;
    routeTableIds: pulumi.Input<string>[];
    subnetIds: pulumi.Input<string>[];
    /** Services with an interface of their own, such as `ecr.api`. */
    services: string[];
}

/** What stays inside of AWS: no NAT gateway carries it, and none is paid for it. */
export function endpoints({ name, cidr, vpcId, routeTableIds, subnetIds, services }: EndpointsArgs) {
    const region = aws.getRegionOutput().region;

    for (const service of ["s3", "dynamodb"]) {
        new aws.ec2.VpcEndpoint(`network-gateway-${service}`, {
            vpcId,
            serviceName: pulumi.interpolate`com.amazonaws.${region}.${service}`,
            vpcEndpointType: "Gateway",
            routeTableIds,
            tags: { Name: `${name}-${service}` },
        });
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
        cidrIpv4: cidr,
        fromPort: 443,
        toPort: 443,
        ipProtocol: "tcp",
    });
    for (const service of services) {
        new aws.ec2.VpcEndpoint(`network-interface-${service}`, {
            vpcId,
            serviceName: pulumi.interpolate`com.amazonaws.${region}.${service}`,
            vpcEndpointType: "Interface",
            privateDnsEnabled: true,
            subnetIds,
            securityGroupIds: [group.id],
            tags: { Name: `${name}-${service}` },
        });
    }
}
