import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { mapValues } from "./maps";

/** A certificate that was asked for, under the names of Terraform's output. */
export interface Requested {
    arn: string;
    /** Names of the records that have to be in DNS before it is issued. */
    validation_records: string[];
}

interface ValidationRecord {
    name: string;
    type: string;
    content: string;
}

/**
 * Asks for certificates: `domains` are what else each is for, by its domain. Nothing here waits: ACM issues them once their
 * validation records are in DNS.
 */
export function certificates(domains: Record<string, string[]>) {
    const made = mapValues(
        domains,
        (others, domain) =>
            new aws.acm.Certificate(`certificates-${domain}`, {
                domainName: domain,
                subjectAlternativeNames: [domain, ...others], // ACM counts the domain itself among them
                validationMethod: "DNS",
                tags: { Name: domain },
            }),
    );
    const records = mapValues(made, certificate => certificate.domainValidationOptions.apply(recordsOf));
    return {
        certificates: mapValues(made, ({ arn }, domain) => ({
            arn,
            validation_records: records[domain]!.apply(all => all.map(({ name }) => name)),
        })),
        /** Type and content of each record, by its name. */
        validationRecords: pulumi
            .all(Object.values(records))
            .apply(all => Object.fromEntries(all.flat().map(({ name, ...record }) => [name, record]))),
    };
}

/** A domain and its wildcard are proved by one record. */
function recordsOf(options: aws.types.output.acm.CertificateDomainValidationOption[]): ValidationRecord[] {
    const bare = (name: string) => name.replace(/\.$/, "");
    const byName = options.map((option): [string, ValidationRecord] => {
        const name = bare(option.resourceRecordName);
        return [name, { name, type: option.resourceRecordType, content: bare(option.resourceRecordValue) }];
    });
    return [...new Map(byName).values()];
}
