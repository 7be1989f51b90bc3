import * as cloudflare from "@pulumi/cloudflare";
import * as pulumi from "@pulumi/pulumi";
import { mapValues } from "./maps";

export interface ZoneArgs {
    domain: string;
    /** Whether the zone is made here, or there already. */
    createZone: boolean;
    /** The account at Cloudflare that the zone is made in. Of a zone that is there already, it is looked up. */
    accountId?: string;
    /** Type and content of the records that prove to ACM whose the domain is, by their names. */
    validationRecords: Record<string, { type: string; content: string }>;
}

/** The zone, and the records that certificates wait for. */
export function zone({ domain, createZone, accountId, validationRecords }: ZoneArgs) {
    const { id: zoneId, ...found } = createZone ? made(domain, accountId) : lookedUp(domain);
    const records = mapValues(
        validationRecords,
        ({ type, content }, name) =>
            new cloudflare.DnsRecord(`validation-${name.replaceAll("_", "-")}`, {
                zoneId,
                name,
                type,
                content,
                ttl: 300,
                comment: "Proves to ACM whose the domain is, now and at each renewal.",
            }),
    );
    return {
        zoneId,
        ...found,
        /** Known once the records are there. */
        validationRecordNames: Object.values(records).map(record => record.name),
    };
}

function made(domain: string, accountId?: string) {
    if (accountId === undefined) {
        throw new Error("A zone is made in an account: give accountId.");
    }
    // Made anew it has other name servers, which the registrar would have to be told.
    const { id, nameServers } = new cloudflare.Zone(
        "zone",
        { account: { id: accountId }, name: domain },
        { protect: true },
    );
    return { id: id as pulumi.Output<string>, accountId: pulumi.output(accountId), nameServers };
}

function lookedUp(domain: string) {
    const { id, account, nameServers } = cloudflare.getZoneOutput({ filter: { name: domain } });
    return { id, accountId: account.id, nameServers };
}
