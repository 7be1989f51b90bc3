import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { issued } from "../modules/issued";
import { outputsOf, settings } from "../modules/stack";

const { platform, certificates } = settings<{ certificates: Record<string, string[]> }>();

// Yours, in Pulumi.<cluster>.yaml. True once the cluster's gateway runs: without a load balancer nothing leads to it.
const loadBalancerMade = new pulumi.Config("ingress").getBoolean("loadBalancerMade") ?? false;

// Made by the gateway's controller in the cluster, with these tags by an annotation of the gateway's service.
const tags = { platform, cluster: pulumi.getStack(), ingress: "public" };

export const certificate_arns = issued({
    domains: Object.keys(certificates),
    certificates: outputsOf(platform, "certificates").requireOutput("certificates"),
    recordNames: outputsOf(platform, "zone", "dns").requireOutput("validation_record_names"),
});
export const load_balancer_hostnames = loadBalancerMade ? [aws.lb.getLoadBalancerOutput({ tags }).dnsName] : [];
