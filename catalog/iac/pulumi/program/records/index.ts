import * as pulumi from "@pulumi/pulumi";
import { records, RecordsArgs } from "../modules/records";
import { outputsOf, settings, valueOf } from "../modules/stack";

interface Settings extends Pick<RecordsArgs, "environments"> {
    /** Clusters that hosts lead to, and those that have a CDN before some. */
    clusters: string[];
    cdnClusters?: string[];
}

export = async () => {
    const { platform, environments, clusters, cdnClusters = [] } = settings<Settings>();
    const zone = outputsOf(platform, "zone");
    const loadBalancers = clusters.map(async (cluster): Promise<[string, string[]]> => {
        return [cluster, await valueOf(outputsOf(platform, "ingress", cluster), "load_balancer_hostnames")];
    });
    const distributions = cdnClusters.map(cluster =>
        valueOf<Record<string, string>>(outputsOf(platform, "cdn", cluster), "distributions"),
    );
    const hosts = records({
        platform,
        environments,
        zoneId: zone.requireOutput("zone_id"),
        accountId: zone.requireOutput("account_id"),
        loadBalancers: Object.fromEntries(await Promise.all(loadBalancers)),
        distributions: Object.assign({}, ...(await Promise.all(distributions))),
        // Yours, in Pulumi.dns.yaml.
        healthCheckPath: new pulumi.Config("records").get("healthCheckPath"),
    });
    return { hosts };
};
