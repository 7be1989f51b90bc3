import * as pulumi from "@pulumi/pulumi";
import { addresses } from "../modules/addresses";
import { settings } from "../modules/stack";

const { platform, zones } = settings<{ zones: string[] }>();
const made = addresses({ name: `${platform}-${pulumi.getStack()}`, zones });

// Outputs have Terraform's names: whoever reads them need not know which of the two made them.
export const nat_allocation_ids = made.natAllocationIds;
export const nat_public_ips = made.natPublicIps;
