import assert from "node:assert/strict";
import { test } from "node:test";
import * as pulumi from "@pulumi/pulumi";
import { cdn } from "../modules/cdn";
import { certificates } from "../modules/certificates";
import { issued, proved } from "../modules/issued";
import { records, RecordsArgs } from "../modules/records";
import { zone } from "../modules/zone";
import { inputsOf, Made, made, madeOf, names } from "./mocks";

const validation = "aws:acm/certificateValidation:CertificateValidation";
const dnsRecord = "cloudflare:index/dnsRecord:DnsRecord";
const requested = { "shop.example": { arn: "arn:certificate", validation_records: ["_1.shop.example"] } };

function valueOf<Value>(output: pulumi.Input<Value>): Promise<pulumi.Unwrap<Value>> {
    return new Promise(resolve => pulumi.output(output).apply(resolve));
}

test("a domain and its wildcard are one certificate, proved by one record", async () => {
    let given: ReturnType<typeof certificates> | undefined;
    const all = await made(() => {
        given = certificates({ "shop.example": ["*.shop.example"] });
    });
    const certificate = inputsOf(all, "aws:acm/certificate:Certificate", "certificates-shop.example");
    assert.deepEqual(certificate.subjectAlternativeNames, ["shop.example", "*.shop.example"]);
    assert.equal(certificate.validationMethod, "DNS");
    assert.deepEqual(certificate.tags, { Name: "shop.example" });
    assert.deepEqual(await valueOf(given!.validationRecords), {
        "_1.shop.example": { type: "CNAME", content: "_2.acm.example" },
    });
    assert.deepEqual(await valueOf(given!.certificates), {
        "shop.example": { arn: "arn:certificates-shop.example", validation_records: ["_1.shop.example"] },
    });
});

test("a certificate is waited for once its record is in DNS, and refused before", async () => {
    const given = { domains: ["shop.example"], certificates: requested, region: "us-east-1" };
    const all = await made(() => issued({ ...given, recordNames: ["_1.shop.example", "_2.shop.example"] }));
    assert.deepEqual(inputsOf(all, validation, "shop.example"), {
        certificateArn: "arn:certificate",
        validationRecordFqdns: ["_1.shop.example"],
        region: "us-east-1",
    });
    assert.throws(() => proved("shop.example", requested["shop.example"], []), /record of shop\.example is not in DNS/);
    assert.throws(() => proved("other.example", undefined, []), /Nobody asked for the certificate of other\.example/);
});

test("a host at the CDN has its environment behind it, TLS on both sides, and a log that is only its own", async () => {
    const hosts = { "www.shop.example": { origin: "ingress.shop.example", certificate: "shop.example" } };
    const all = await made(() => cdn({ name: "shop-one", hosts, certificateArns: { "shop.example": "arn:c" } }));
    const distribution = inputsOf(all, "aws:cloudfront/distribution:Distribution", "cdn-www.shop.example");
    assert.deepEqual(distribution.aliases, ["www.shop.example"]);
    assert.equal(distribution.origins[0].domainName, "ingress.shop.example");
    assert.equal(distribution.origins[0].customOriginConfig.originProtocolPolicy, "https-only");
    assert.equal(distribution.defaultCacheBehavior.viewerProtocolPolicy, "redirect-to-https");
    assert.equal(distribution.viewerCertificate.acmCertificateArn, "arn:c");
    const source = inputsOf(all, "aws:cloudwatch/logDeliverySource:LogDeliverySource", "cdn-www.shop.example");
    assert.deepEqual([source.region, source.name], ["us-east-1", "Distribution/cdn-www.shop.example"]);
    const delivery = inputsOf(all, "aws:cloudwatch/logDelivery:LogDelivery", "cdn-www.shop.example");
    assert.equal(delivery.s3DeliveryConfigurations[0].suffixPath, "/www.shop.example/{yyyy}/{MM}/{dd}");
    const { bucket, region } = inputsOf(all, "aws:s3/bucket:Bucket", "cdn-logs");
    assert.deepEqual([bucket, region], ["shop-one-cdn-logs-210987654321", undefined]);
});

test("a zone that is there is looked up, one that is not is made in its account", async () => {
    const validationRecords = { "_1.shop.example": { type: "CNAME", content: "_2.acm.example" } };
    const given = { domain: "shop.example", validationRecords };
    const found = await made(() => zone({ ...given, createZone: false }));
    assert.deepEqual(names(found), [`${dnsRecord}::validation--1.shop.example`]);
    assert.equal(inputsOf(found, dnsRecord, "validation--1.shop.example").zoneId, "zone-1");
    const fresh = await made(() => zone({ ...given, createZone: true, accountId: "account-2" }));
    const zoneMade = madeOf(fresh, "cloudflare:index/zone:Zone", "zone");
    assert.deepEqual([zoneMade.inputs.account, zoneMade.options.protect], [{ id: "account-2" }, true]);
    assert.equal(inputsOf(fresh, dnsRecord, "validation--1.shop.example").zoneId, "Zone/zone");
    await assert.rejects(
        made(() => zone({ ...given, createZone: true })),
        /give accountId/,
    );
});

const dev = { domain: "dev.shop.example", clusters: ["one"], hosts: ["www.dev.shop.example", "api.dev.shop.example"] };
const prod = { domain: "shop.example", clusters: ["two", "three"], hosts: ["www.shop.example"] };
const args: RecordsArgs = {
    platform: "shop",
    environments: { dev, prod },
    zoneId: "zone-1",
    accountId: "account-1",
    loadBalancers: { one: ["one.elb"], two: ["two.elb"], three: ["three.elb"] },
    distributions: { "www.dev.shop.example": "d1.cloudfront.net" },
    apis: { "kubernetes.three.shop.example": "https://three.eks" },
};
const contents = (all: Made[]) =>
    Object.fromEntries(all.filter(({ type }) => type === dnsRecord).map(({ inputs }) => [inputs.name, inputs.content]));

test("hosts lead to their environment or the CDN before it, and an environment to its cluster", async () => {
    let hosts: Record<string, string> = {};
    const all = await made(() => {
        hosts = records(args);
    });
    assert.deepEqual(contents(all), {
        "ingress.dev.shop.example": "one.elb",
        "www.dev.shop.example": "d1.cloudfront.net",
        "api.dev.shop.example": "ingress.dev.shop.example",
        "www.shop.example": "ingress.shop.example",
        "kubernetes.three.shop.example": "three.eks",
    });
    assert.equal(hosts["www.shop.example"], "ingress.shop.example");
});

test("an environment on several clusters is on the first healthy one of those that have a load balancer", async () => {
    const all = await made(() => records(args));
    const balancer = inputsOf(all, "cloudflare:index/loadBalancer:LoadBalancer", "prod");
    assert.deepEqual(balancer.defaultPools, ["LoadBalancerPool/prod-two", "LoadBalancerPool/prod-three"]);
    assert.equal(balancer.fallbackPool, "LoadBalancerPool/prod-two");
    const monitor = inputsOf(all, "cloudflare:index/loadBalancerMonitor:LoadBalancerMonitor", "prod");
    assert.deepEqual([monitor.header, monitor.path], [{ Host: ["www.shop.example"] }, "/readyz"]);
    const one = await made(() => records({ ...args, loadBalancers: { one: [], two: [], three: ["three.elb"] } }));
    assert.deepEqual(inputsOf(one, "cloudflare:index/loadBalancer:LoadBalancer", "prod").defaultPools, [
        "LoadBalancerPool/prod-three",
    ]);
    assert.deepEqual(contents(one), {
        "www.shop.example": "ingress.shop.example",
        "kubernetes.three.shop.example": "three.eks",
    });
});
