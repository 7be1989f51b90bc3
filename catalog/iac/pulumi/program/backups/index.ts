import * as pulumi from "@pulumi/pulumi";
import { backups } from "../modules/backups";
import { settings } from "../modules/stack";

// Yours, in Pulumi.<cluster>.yaml: how many days objects and dumps are kept.
const retentionDays = new pulumi.Config("backups").getNumber("retentionDays");

const made = backups(settings<{ bucket: string }>().bucket, retentionDays);
export const bucket = made.bucket;
