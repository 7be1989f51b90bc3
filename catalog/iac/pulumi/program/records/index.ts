import * as pulumi from "@pulumi/pulumi";
import { records, RecordsArgs } from "../modules/records";
import { outputsOf, settings, valueOf } from "../modules/stack";

interface Settings extends Pick<RecordsArgs, "environments"> {
    /** Clusters that hosts lead to, and those that have a CDN before some. */
    clusters: string[];
    cdnClusters?: string[];
    /** The name that leads to the API, by cluster, of clusters whose Argo CD is on another. */
    apiHosts?: Record<string, string>;
}

export = async () => {
    const { platform, environments, clusters, cdnClusters = [], apiHosts = {} } = settings<Settings>();
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
        apis: Object.fromEntries(
            Object.entries(apiHosts).map(([cluster, host]) => {
                return [host, outputsOf(platform, "eks", cluster).requireOutput("cluster_endpoint")];
            }),
        ),
        // Yours, in Pulumi.dns.yaml.
        healthCheckPath: new pulumi.Config("records").get("healthCheckPath"),
    });
    return { hosts };
};
