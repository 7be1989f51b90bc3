import * as pulumi from "@pulumi/pulumi";
import { cdn, CdnArgs } from "../modules/cdn";
import { cloudfrontRegion } from "../modules/cdn-logs";
import { issued } from "../modules/issued";
import { outputsOf, settings } from "../modules/stack";

const { platform, hosts } = settings<Pick<CdnArgs, "hosts">>();

// Yours, in Pulumi.<cluster>.yaml: the ARN of a web ACL of WAF in us-east-1, which requests have to pass.
const webAclId = new pulumi.Config("cdn").get("webAclId");

const certificateArns = issued({
    domains: [...new Set(Object.values(hosts).map(({ certificate }) => certificate))],
    certificates: outputsOf(platform, "cdn-certificates").requireOutput("certificates"),
    recordNames: outputsOf(platform, "zone", "dns").requireOutput("validation_record_names"),
    region: cloudfrontRegion,
});

export const distributions = cdn({ name: `${platform}-${pulumi.getStack()}`, hosts, certificateArns, webAclId });
