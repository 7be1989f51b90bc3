import assert from "node:assert/strict";
import { test } from "node:test";
import * as aws from "@pulumi/aws";
import * as cloudflare from "@pulumi/cloudflare";
import { notGiven, same, toPulumi } from "../migration/attributes";
import { importList } from "../migration/import-list";
import { nameOf } from "../migration/names";
import { Resource } from "../migration/terraform";
import table from "../migration/types.json";

function state(...resources: Partial<Resource>[]) {
    const of = resources.map(resource => ({ mode: "managed", values: { id: "1" }, ...resource }) as Resource);
    return { values: { root_module: { child_modules: [{ resources: of }] } } };
}

test("names are the modules', the resource's and the key", () => {
    assert.equal(nameOf("module.network.aws_vpc.this"), "network");
    assert.equal(nameOf('module.network.aws_subnet.public["eu-west-1a"]'), "network-public-eu-west-1a");
    assert.equal(nameOf("module.network.aws_kms_key.flow_logs[0]"), "network-flow-logs");
    assert.equal(nameOf('aws_eks_addon.this["coredns"]'), "coredns");
    assert.equal(
        nameOf('module.ebs_csi.aws_iam_role_policy_attachment.this["arn:aws:iam::aws:policy/service-role/Driver"]'),
        "ebs-csi-Driver",
    );
    assert.equal(nameOf('module.network.aws_vpc_endpoint.interface["ecr.api"]'), "network-interface-ecr.api");
    assert.equal(
        nameOf('module.node_termination[0].module.identity.aws_iam_role_policy.this["node-termination"]'),
        "node-termination-identity-node-termination",
    );
    assert.equal(
        nameOf('module.rds["catalog-prod"].module.secret[0].aws_secretsmanager_secret.this'),
        "rds-catalog-prod-secret",
    );
    assert.equal(nameOf('aws_acm_certificate_validation.this["acme.example"]'), "acme.example");
    assert.equal(nameOf('cloudflare_dns_record.validation["_1.acme.example"]'), "validation--1.acme.example");
    assert.equal(nameOf("cloudflare_zone.this[0]"), "zone");
});

test("every type of the table is one of a provider's", () => {
    const tokens = new Set<string>();
    const modules: unknown[] = [cloudflare, ...Object.values(aws)];
    for (const module of modules as Record<string, { __pulumiType?: string }>[]) {
        for (const name of Object.getOwnPropertyNames(module)) {
            const token = module[name]?.__pulumiType;
            if (token !== undefined) {
                tokens.add(token);
            }
        }
    }
    const unknown = Object.values(table.types).filter(({ type }) => !tokens.has(type));
    assert.deepEqual(unknown, []);
});

test("the ID to import by is Terraform's, or made of what the provider asks for", () => {
    const shown = state(
        { address: "module.network.aws_vpc.this", type: "aws_vpc", values: { id: "vpc-1" } },
        {
            address: 'module.network.aws_route_table_association.public["eu-west-1a"]',
            type: "aws_route_table_association",
            values: { id: "rtbassoc-1", subnet_id: "subnet-1", route_table_id: "rtb-1" },
        },
        { address: "data.aws_partition.this", type: "aws_partition", mode: "data" },
    );
    assert.deepEqual(importList(shown).resources, [
        { type: "aws:ec2/vpc:Vpc", name: "network", id: "vpc-1" },
        {
            type: "aws:ec2/routeTableAssociation:RouteTableAssociation",
            name: "network-public-eu-west-1a",
            id: "subnet-1/rtb-1",
        },
    ]);
});

test("of a region that the provider is not of it is said, and what is nothing at AWS is not imported", () => {
    const shown = state(
        {
            address: 'module.cdn.aws_cloudwatch_log_delivery_source.this["www.acme.example"]',
            type: "aws_cloudwatch_log_delivery_source",
            values: { name: "E1" },
        },
        { address: 'aws_acm_certificate_validation.this["acme.example"]', type: "aws_acm_certificate_validation" },
        {
            address: 'cloudflare_dns_record.ingress["dev"]',
            type: "cloudflare_dns_record",
            values: { id: "2", zone_id: "1" },
        },
    );
    assert.deepEqual(
        importList(shown).resources.map(({ name, id }) => [name, id]),
        [
            ["cdn-www.acme.example", "E1@us-east-1"],
            ["ingress-dev", "1/2"],
        ],
    );
});

test("what nothing here takes over is named, all of it", () => {
    const shown = state(
        { address: "aws_thing.one", type: "aws_thing" },
        { address: "module.network.aws_vpc.this", type: "aws_vpc" },
        { address: "aws_thing.two", type: "aws_thing" },
    );
    assert.throws(() => importList(shown), /aws_thing\.one\n {2}aws_thing\.two/);
});

test("two resources of one name are refused", () => {
    const shown = state({ address: "aws_vpc.a_b", type: "aws_vpc" }, { address: "aws_vpc.a-b", type: "aws_vpc" });
    assert.throws(() => importList(shown), /aws_vpc\.a-b and aws_vpc\.a_b are both a-b/);
});

test("what is given is compared in the forms that both have for it", () => {
    assert.ok(same({ minSize: 1 }, [{ min_size: 1, computed: 3 }]), "one block is the block itself");
    assert.ok(!same({ minSize: 1 }, [{ min_size: 1, tag: [{ key: "a" }] }]), "a block that is not given is missing");
    assert.ok(same(["b", "a"], ["a", "b"]));
    assert.ok(!same(["a"], ["a", "b"]));
    assert.ok(same({ a_b: "1" }, { a_b: "1" }), "keys of maps stay");
    assert.ok(same('{"Statement":[{"Action":["a"]}]}', '{"Statement":{"Action":"a"}}'));
    assert.ok(!same('{"Statement":[{"Action":["a"]}]}', '{"Statement":[{"Action":["b"]}]}'));
    assert.ok(!same(false, true));
    assert.ok(!same(undefined, "x"));
    assert.ok(same("https://issuer", "issuer"));
    assert.deepEqual(toPulumi({ vpc_config: [{ vpc_id: "v" }] }), {
        vpcConfig: { vpcId: "v" },
        vpcConfigs: [{ vpcId: "v" }],
    });
    assert.deepEqual(toPulumi({ options: [{ a: 1 }, { a: 2 }] }), { options: [{ a: 1 }, { a: 2 }] }, "a plural stays");
});

test("what is configured and not given is named, in blocks too", () => {
    const stated = { name: "a", arn: "arn:a", config: [{ size: 1, computed: 2, empty: "" }] };
    const configured = { name: {}, config: [{ size: {}, empty: {} }] };
    assert.deepEqual(notGiven(stated, configured, { config: {} }), ["name", "config.size"]);
    assert.deepEqual(notGiven(stated, configured, { name: "a", config: { size: 1 } }), []);
});
