import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { cdnLogs } from "./cdn-logs";
import { mapValues } from "./maps";

export interface CdnArgs {
    /** Prefix of every resource's name: the platform and the cluster. */
    name: string;
    /** What stands behind each host, and the domain of the certificate that covers it. */
    hosts: Record<string, { origin: string; certificate: string }>;
    /** Of issued certificates in us-east-1, by domain. */
    certificateArns: Record<string, pulumi.Input<string>>;
    /** The ARN of a web ACL of WAF in us-east-1, which requests have to pass. */
    webAclId?: string;
    logRetentionDays?: number;
}

// Policies that AWS manages have the same IDs everywhere.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-cache-policies.html
const useOriginCacheControlHeaders = "4cc15a8a-d715-48a4-82b8-cc0b614638fe"; // with query strings
const allViewer = "216adef6-5c7f-47e4-b989-5492eafa07d3"; // the Host too: by it the gateway knows the service
const securityHeaders = "67f7725c-6f97-4210-82d7-5512b31e9d03";

/** A distribution per host. It keeps what a service's Cache-Control lets it keep, and asks the service for the rest. */
export function cdn(args: CdnArgs): Record<string, pulumi.Output<string>> {
    const { name, webAclId } = args;
    const distributions = mapValues(
        args.hosts,
        ({ origin, certificate }, host) =>
            new aws.cloudfront.Distribution(`cdn-${host}`, {
                comment: `${name}: ${host}`,
                aliases: [host],
                enabled: true,
                isIpv6Enabled: true,
                httpVersion: "http2and3",
                ...(webAclId === undefined ? {} : { webAclId }),
                origins: [
                    {
                        originId: "ingress",
                        domainName: origin,
                        customOriginConfig: {
                            httpPort: 80,
                            httpsPort: 443,
                            originProtocolPolicy: "https-only",
                            originSslProtocols: ["TLSv1.2"],
                        },
                    },
                ],
                defaultCacheBehavior: {
                    targetOriginId: "ingress",
                    viewerProtocolPolicy: "redirect-to-https",
                    allowedMethods: ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"],
                    cachedMethods: ["GET", "HEAD"],
                    compress: true,
                    cachePolicyId: useOriginCacheControlHeaders,
                    originRequestPolicyId: allViewer,
                    responseHeadersPolicyId: securityHeaders,
                },
                restrictions: { geoRestriction: { restrictionType: "none" } },
                viewerCertificate: {
                    acmCertificateArn: args.certificateArns[certificate],
                    minimumProtocolVersion: "TLSv1.2_2021",
                    sslSupportMethod: "sni-only",
                },
                tags: { Name: host },
            }),
    );
    cdnLogs(name, distributions, args.logRetentionDays ?? 90);
    return mapValues(distributions, distribution => distribution.domainName);
}
