import * as pulumi from "@pulumi/pulumi";
import { addresses } from "../modules/addresses";

const config = new pulumi.Config("addresses");
const made = addresses({
    name: `${config.require("platform")}-${pulumi.getStack()}`,
    zones: config.requireObject("zones"),
});

// Outputs have Terraform's names: whoever reads them need not know which of the two made them.
export const nat_allocation_ids = made.natAllocationIds;
export const nat_public_ips = made.natPublicIps;
