import * as pulumi from "@pulumi/pulumi";
import { network } from "../modules/network";
import { outputsOf } from "../modules/stack";

const config = new pulumi.Config("network");
const platform = config.require("platform");
const addresses = outputsOf(platform, "addresses");

const made = network({
    name: `${platform}-${pulumi.getStack()}`,
    cidr: config.require("cidr"),
    subnets: config.requireObject("subnets"),
    natAllocationIds: addresses.requireOutput("nat_allocation_ids"),
    ipv6: config.getBoolean("ipv6"),
    interfaceEndpoints: config.getObject("interfaceEndpoints"),
    flowLogs: config.getObject("flowLogs"),
});

export const vpc_id = made.vpcId;
export const public_subnet_ids = made.publicSubnetIds;
export const private_subnet_ids = made.privateSubnetIds;
