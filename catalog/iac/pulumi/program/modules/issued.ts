import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Requested } from "./certificates";
import { byName } from "./maps";

export interface IssuedArgs {
    domains: string[];
    /** What was asked for, by domain. */
    certificates: pulumi.Input<Record<string, Requested>>;
    /** The validation records that are in DNS. */
    recordNames: pulumi.Input<string[]>;
    /** Where they are, if not where the rest is. */
    region?: string;
}

/** Waits until each certificate is issued. Without its record in DNS it would wait in vain, for over an hour. */
export function issued({ domains, certificates, recordNames, region }: IssuedArgs) {
    return byName(domains, domain => {
        const requested = pulumi
            .all([certificates, recordNames])
            .apply(([certificates, inDns]) => proved(domain, certificates[domain], inDns));
        const validation = new aws.acm.CertificateValidation(domain, {
            certificateArn: requested.arn,
            validationRecordFqdns: requested.validation_records,
            ...(region === undefined ? {} : { region }),
        });
        return validation.certificateArn;
    });
}

/** The certificate, if its records are among those in DNS. */
export function proved(domain: string, certificate: Requested | undefined, inDns: string[]): Requested {
    if (certificate === undefined) {
        throw new Error(`Nobody asked for the certificate of ${domain}. Bring up its project first.`);
    }
    if (!certificate.validation_records.every(name => inDns.includes(name))) {
        throw new Error(`The record of ${domain} is not in DNS. Bring up zone first.`);
    }
    return certificate;
}
