import * as aws from "@pulumi/aws";
import { byName, mapValues } from "./maps";

export interface AddressesArgs {
    /** Prefix of every resource's name: the platform and the cluster. */
    name: string;
    /** Zones by name. Named rather than looked up: a zone that AWS adds must not move anything. */
    zones: string[];
}

/**
 * External addresses, apart from the network and the cluster: partners put them on their allow lists, so they outlive
 * whatever uses them.
 */
export function addresses({ name, zones }: AddressesArgs) {
    const nat = byName(
        zones,
        zone =>
            new aws.ec2.Eip(
                `addresses-nat-${zone}`,
                { domain: "vpc", tags: { Name: `${name}-nat-${zone}` } },
                { protect: true },
            ),
    );

    return {
        natAllocationIds: mapValues(nat, eip => eip.allocationId),
        natPublicIps: mapValues(nat, eip => eip.publicIp),
    };
}
