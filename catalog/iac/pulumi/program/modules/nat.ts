import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { mapValues } from "./maps";

export interface NatArgs {
    name: string;
    vpcId: pulumi.Input<string>;
    internet: aws.ec2.InternetGateway;
    publicSubnets: Record<string, aws.ec2.Subnet>;
    /** Allocation of the reserved external address, by zone. */
    allocationIds: pulumi.Output<Record<string, string>>;
}

/** A gateway per zone: a zone whose gateway fails loses its own way out and nobody else's. */
export function zonalNat({ name, internet, publicSubnets, allocationIds }: NatArgs) {
    return mapValues(
        publicSubnets,
        (subnet, zone) =>
            new aws.ec2.NatGateway(
                `network-${zone}`,
                {
                    subnetId: subnet.id,
                    allocationId: allocationIds.apply(ids => allocationOf(ids, zone)),
                    tags: { Name: `${name}-${zone}` },
                },
                { dependsOn: internet },
            ).id,
    );
}

/**
 * One gateway for all zones, with an address reserved elsewhere in each. Naming them keeps AWS from adding others, which
 * no allow list would know.
 */
export function regionalNat({ name, vpcId, internet, publicSubnets, allocationIds }: NatArgs) {
    const gateway = new aws.ec2.NatGateway(
        "network-regional",
        {
            vpcId,
            availabilityMode: "regional",
            availabilityZoneAddresses: Object.keys(publicSubnets).map(availabilityZone => ({
                availabilityZone,
                allocationIds: [allocationIds.apply(ids => allocationOf(ids, availabilityZone))],
            })),
            tags: { Name: name },
        },
        { dependsOn: internet },
    );
    return mapValues(publicSubnets, () => gateway.id);
}

function allocationOf(ids: Record<string, string>, zone: string): string {
    const id = ids[zone];
    if (id === undefined) {
        throw new Error(`No address is reserved for ${zone}: bring the stack of addresses up first.`);
    }
    return id;
}
