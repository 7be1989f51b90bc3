import * as cloudflare from "@pulumi/cloudflare";
import type { Reached, RecordsArgs } from "./records";
import { byName, mapValues } from "./maps";

/**
 * An environment on several clusters is where the first healthy one of them is. All hosts of it move together, since their
 * data does.
 */
export function failover(
    { platform, zoneId, accountId, healthCheckPath = "/readyz" }: RecordsArgs,
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
