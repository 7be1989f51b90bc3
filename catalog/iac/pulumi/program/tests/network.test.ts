import assert from "node:assert/strict";
import { test } from "node:test";
import { addresses } from "../modules/addresses";
import { network, NetworkArgs } from "../modules/network";
import { inputsOf, made, names } from "./mocks";

const zones = ["eu-west-1a", "eu-west-1b"];
const subnets: NetworkArgs["subnets"] = {
    "eu-west-1a": { public: "10.0.0.0/22", private: "10.0.32.0/19" },
    "eu-west-1b": { public: "10.0.4.0/22", private: "10.0.64.0/19" },
};
const added = { "eu-west-1c": { public: "10.0.8.0/22", private: "10.0.96.0/19" } };
const args: NetworkArgs = {
    name: "shop-one",
    cidr: "10.0.0.0/16",
    subnets,
    natAllocationIds: { "eu-west-1a": "eipalloc-a", "eu-west-1b": "eipalloc-b", "eu-west-1c": "eipalloc-c" },
};

test("a zone more moves nothing of the others", async () => {
    const before = await made(() => network(args));
    const after = await made(() => network({ ...args, subnets: { ...added, ...subnets } }));
    for (const { type, name, inputs } of before) {
        assert.deepEqual(inputsOf(after, type, name), inputs);
    }
    const news = names(after).filter(name => !names(before).includes(name));
    assert.equal(news.length, 8);
    assert.ok(news.every(name => name.includes("eu-west-1c")));
});

test("each zone goes out by its own gateway on its own address", async () => {
    const all = await made(() => network(args));
    const gateway = inputsOf(all, "aws:ec2/natGateway:NatGateway", "network-eu-west-1b");
    assert.equal(gateway.allocationId, "eipalloc-b");
    assert.equal(gateway.subnetId, "Subnet/network-public-eu-west-1b");
    const table = inputsOf(all, "aws:ec2/routeTable:RouteTable", "network-private-eu-west-1b");
    assert.deepEqual(table.routes, [{ cidrBlock: "0.0.0.0/0", natGatewayId: "NatGateway/network-eu-west-1b" }]);
});

test("a regional gateway has the reserved address of each zone, and all zones go out by it", async () => {
    const all = await made(() => network({ ...args, nat: "regional" }));
    const gateway = inputsOf(all, "aws:ec2/natGateway:NatGateway", "network-regional");
    assert.deepEqual(gateway.availabilityZoneAddresses, [
        { availabilityZone: "eu-west-1a", allocationIds: ["eipalloc-a"] },
        { availabilityZone: "eu-west-1b", allocationIds: ["eipalloc-b"] },
    ]);
    const table = inputsOf(all, "aws:ec2/routeTable:RouteTable", "network-private-eu-west-1b");
    assert.equal(table.routes[0].natGatewayId, "NatGateway/network-regional");
});

test("IPv6 has ranges by the zone's letter, and no way in", async () => {
    const all = await made(() => network({ ...args, ipv6: true }));
    const range = (name: string) => inputsOf(all, "aws:ec2/subnet:Subnet", name).ipv6CidrBlock;
    assert.equal(range("network-public-eu-west-1a"), "2a05:d018:1:4200::/64");
    assert.equal(range("network-private-eu-west-1b"), "2a05:d018:1:4203::/64");
    const table = inputsOf(all, "aws:ec2/routeTable:RouteTable", "network-private-eu-west-1a");
    assert.equal(table.routes[1].egressOnlyGatewayId, "EgressOnlyInternetGateway/network");
});

test("endpoints with an interface answer to the network alone", async () => {
    const none = await made(() => network(args));
    assert.ok(!names(none).some(name => name.includes("securityGroupIngressRule")));
    const all = await made(() => network({ ...args, interfaceEndpoints: ["ecr.api"] }));
    const rule = inputsOf(all, "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", "network-endpoints");
    assert.deepEqual([rule.cidrIpv4, rule.fromPort, rule.toPort], ["10.0.0.0/16", 443, 443]);
    const endpoint = inputsOf(all, "aws:ec2/vpcEndpoint:VpcEndpoint", "network-interface-ecr.api");
    assert.equal(endpoint.serviceName, "com.amazonaws.eu-west-1.ecr.api");
});

test("flow logs that go to a bucket need no key, role or group", async () => {
    const all = await made(() => network({ ...args, flowLogs: { bucket: "logs-of-ours" } }));
    const log = inputsOf(all, "aws:ec2/flowLog:FlowLog", "network");
    assert.equal(log.logDestination, "arn:aws:s3:::logs-of-ours");
    assert.ok(!names(all).some(name => /kms|logGroup|iam/.test(name)));
});

test("a network in one zone, and an address twice, are refused", async () => {
    const one = { "eu-west-1a": subnets["eu-west-1a"]! };
    await assert.rejects(
        made(() => network({ ...args, subnets: one })),
        /at least two zones/,
    );
    await assert.rejects(
        made(() => addresses({ name: "shop-one", zones: [...zones, "eu-west-1a"] })),
        /eu-west-1a is listed twice/,
    );
});
