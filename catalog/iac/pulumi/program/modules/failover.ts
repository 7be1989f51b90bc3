import * as cloudflare from "@pulumi/cloudflare";
import * as pulumi from "@pulumi/pulumi";
import { byName, mapValues } from "./maps";

/** Where an environment is, the preferred cluster first, and which hosts it has. */
export interface Environment {
    domain: string;
    clusters: string[];
    hosts: string[];
}

/** An environment that some cluster answers for, under a name of its own. */
export interface Reached extends Environment {
    ingress: string;
}

export interface FailoverArgs {
    platform: string;
    zoneId: pulumi.Input<string>;
    accountId: pulumi.Input<string>;
    /** Answered with 200 by the first host of an environment where it is ready for traffic. */
    healthCheckPath?: string;
}

/**
 * An environment on several clusters is where the first healthy one of them is. All hosts of it move together, since their
 * data does.
 */
export function failover(
    { platform, zoneId, accountId, healthCheckPath = "/readyz" }: FailoverArgs,
    environments: Record<string, Reached>,
    loadBalancers: Record<string, string>,
): void {
    mapValues(environments, ({ clusters, hosts, ingress }, name) => {
        const monitor = new cloudflare.LoadBalancerMonitor(name, {
            accountId,
            description: `${platform}: ${name}`,
            type: "https",
            path: healthCheckPath,
            header: { Host: hosts.slice(0, 1) },
            expectedCodes: "200",
        });
        const pools = byName(
            clusters,
            cluster =>
                new cloudflare.LoadBalancerPool(`${name}-${cluster}`, {
                    accountId,
                    name: `${platform}-${name}-${cluster}`,
                    monitor: monitor.id,
                    origins: [{ name: cluster, address: loadBalancers[cluster] }],
                }),
        );
        new cloudflare.LoadBalancer(name, {
            zoneId,
            name: ingress,
            steeringPolicy: "off", // in the order of the list
            defaultPools: clusters.map(cluster => pools[cluster]!.id),
            fallbackPool: pools[clusters[0]!]!.id,
            ttl: 30,
        });
    });
}
