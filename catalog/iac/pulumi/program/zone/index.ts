import { outputsOf, settings, valueOf } from "../modules/stack";
import { zone, ZoneArgs } from "../modules/zone";

interface Settings extends Omit<ZoneArgs, "validationRecords"> {
    /** Clusters that have certificates, and those that have some for the CDN. */
    clusters: string[];
    cdnClusters?: string[];
}

export = async () => {
    const { platform, clusters, cdnClusters = [], ...given } = settings<Settings>();
    const recordsOf = (project: string) => (cluster: string) =>
        valueOf<ZoneArgs["validationRecords"]>(outputsOf(platform, project, cluster), "validation_records");
    // Certificates of one account prove a domain by the same record, in whichever region they are.
    const all = await Promise.all([
        ...clusters.map(recordsOf("certificates")),
        ...cdnClusters.map(recordsOf("cdn-certificates")),
    ]);
    const made = zone({ ...given, validationRecords: Object.assign({}, ...all) });
    return {
        zone_id: made.zoneId,
        account_id: made.accountId,
        name_servers: made.nameServers, // what the registrar has to be told
        validation_record_names: made.validationRecordNames,
    };
};
