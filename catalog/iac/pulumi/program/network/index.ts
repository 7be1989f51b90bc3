import * as pulumi from "@pulumi/pulumi";
import { network, NetworkArgs } from "../modules/network";
import { outputsOf, settings } from "../modules/stack";

const { platform, ...given } = settings<Omit<NetworkArgs, "name" | "natAllocationIds">>();
const made = network({
    name: `${platform}-${pulumi.getStack()}`,
    natAllocationIds: outputsOf(platform, "addresses").requireOutput("nat_allocation_ids"),
    ...given,
});

export const vpc_id = made.vpcId;
export const public_subnet_ids = made.publicSubnetIds;
export const private_subnet_ids = made.privateSubnetIds;
