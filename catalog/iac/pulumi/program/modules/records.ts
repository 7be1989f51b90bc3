import * as cloudflare from "@pulumi/cloudflare";
import * as pulumi from "@pulumi/pulumi";
import { Environment, failover, FailoverArgs, Reached } from "./failover";
import { mapValues } from "./maps";

export interface RecordsArgs extends FailoverArgs {
    environments: Record<string, Environment>;
    /** The names of each cluster's load balancers. None until there is one. */
    loadBalancers: Record<string, string[]>;
    /** The names at the CDN, by host. */
    distributions: Record<string, string>;
    /** The API of each cluster whose Argo CD is on another, by the name that leads to it. */
    apis: Record<string, pulumi.Input<string>>;
}

/** The names of environments and hosts. What each host leads to is the answer. */
export function records(args: RecordsArgs): Record<string, string> {
    const { zoneId } = args;
    const record = (resource: string, name: string, content: pulumi.Input<string>) =>
        new cloudflare.DnsRecord(resource, { zoneId, name, type: "CNAME", content, ttl: 300 });

    // Clusters whose gateway has made its load balancer, with its name.
    const loadBalancers: Record<string, string> = {};
    for (const [cluster, [name]] of Object.entries(args.loadBalancers)) {
        if (name !== undefined) {
            loadBalancers[cluster] = name;
        }
    }
    const hosts: Record<string, string> = {};
    const several: Record<string, Reached> = {};
    for (const [name, environment] of Object.entries(args.environments)) {
        const clusters = environment.clusters.filter(cluster => cluster in loadBalancers);
        const [first] = clusters;
        if (first === undefined) {
            continue;
        }
        const ingress = `ingress.${environment.domain}`;
        for (const host of environment.hosts) {
            hosts[host] = args.distributions[host] ?? ingress;
        }
        if (environment.clusters.length > 1) {
            several[name] = { ...environment, clusters, ingress };
        } else {
            record(`ingress-${name}`, ingress, loadBalancers[first]!);
        }
    }
    failover(args, several, loadBalancers);

    // Where Argo CD finds the API of a cluster that it is not on: a name that is known before the cluster is made.
    mapValues(args.apis, (endpoint, host) =>
        record(
            `api-${host}`,
            host,
            pulumi.output(endpoint).apply(url => url.replace(/^https:\/\//, "")),
        ),
    );

    // Who answers for a host: its environment, or the CDN before it. TLS ends there: Cloudflare does not stand in between.
    mapValues(hosts, (content, host) => record(`host-${host}`, host, content));
    return hosts;
}
