import assert from "node:assert/strict";
import { test } from "node:test";
import * as pulumi from "@pulumi/pulumi";
import { NodeGroup, NodesArgs, SelfManagedNodeGroup } from "../modules/node-groups";
import { nodes } from "../modules/nodes";
import { inputsOf, made, names } from "./mocks";

const group: NodeGroup = { instanceTypes: ["m7i.large", "m7a.large"], min: 1, desired: 2, max: 4 };

function args(given: Partial<NodesArgs>): NodesArgs {
    return {
        name: "shop-one",
        cluster: {
            name: pulumi.output("shop-one"),
            endpoint: pulumi.output("https://api"),
            certificateAuthority: pulumi.output("Q0E="),
            serviceCidr: pulumi.output("172.20.0.0/16"),
            securityGroupId: pulumi.output("sg-1"),
            kubernetesVersion: "1.36",
        },
        privateSubnetIds: ["subnet-a", "subnet-b"],
        managed: {},
        selfManaged: {},
        ciliumInstalled: true,
        accessEntries: true,
        instanceRefresh: true,
        tags: { platform: "shop", cluster: "one" },
        ...given,
    };
}

test("managed groups come once Cilium is installed, their launch templates before", async () => {
    const before = await made(() => nodes(args({ managed: { general: group }, ciliumInstalled: false })));
    assert.ok(names(before).includes("aws:ec2/launchTemplate:LaunchTemplate::nodes-general"));
    assert.ok(!names(before).some(name => name.includes("nodeGroup")));
    const after = await made(() => nodes(args({ managed: { general: group } })));
    const nodeGroup = inputsOf(after, "aws:eks/nodeGroup:NodeGroup", "nodes-general");
    assert.deepEqual(nodeGroup.taints, [
        { key: "node.cilium.io/agent-not-ready", value: "true", effect: "NO_EXECUTE" },
    ]);
    assert.deepEqual(nodeGroup.scalingConfig, { minSize: 1, maxSize: 4, desiredSize: 2 });
});

test("another group leaves the others alone", async () => {
    const before = await made(() => nodes(args({ managed: { general: group } })));
    const after = await made(() => nodes(args({ managed: { batch: group, general: group } })));
    for (const { type, name, inputs } of before) {
        assert.deepEqual(inputsOf(after, type, name), inputs);
    }
    assert.equal(after.length - before.length, 2);
});

test("disks are encrypted, and Bottlerocket's system has one of its own", async () => {
    const bottlerocket: NodeGroup = { ...group, os: "bottlerocket", diskSize: 80 };
    const all = await made(() => nodes(args({ managed: { general: bottlerocket } })));
    const template = inputsOf(all, "aws:ec2/launchTemplate:LaunchTemplate", "nodes-general");
    const disks = template.blockDeviceMappings.map(({ deviceName, ebs }: any) => {
        return [deviceName, ebs.volumeSize, ebs.encrypted];
    });
    assert.deepEqual(disks, [
        ["/dev/xvda", 4, "true"],
        ["/dev/xvdb", 80, "true"],
    ]);
    assert.equal(template.metadataOptions.httpTokens, "required");
});

test("self-managed nodes are told the cluster and the taint, and are scaled on CPU", async () => {
    const batch: SelfManagedNodeGroup = { ...group, capacity: "spot", scaleOnCpu: 60 };
    const all = await made(() => nodes(args({ selfManaged: { batch } })));
    const template = inputsOf(all, "aws:ec2/launchTemplate:LaunchTemplate", "nodes-batch");
    const told = Buffer.from(template.userData, "base64").toString();
    assert.match(told, /"apiServerEndpoint": "https:\/\/api"\n/);
    assert.match(told, /- "--register-with-taints=node.cilium.io\/agent-not-ready=true:NoExecute"\n$/);
    const policy = inputsOf(all, "aws:autoscaling/policy:Policy", "nodes-cpu-batch");
    assert.equal(policy.targetTrackingConfiguration.targetValue, 60);
});

test("the Cluster Autoscaler finds the groups that are not scaled on CPU", async () => {
    const all = await made(() => nodes(args({ selfManaged: { batch: { ...group, scaleOnCpu: 60 }, free: group } })));
    const keysOf = (name: string) =>
        inputsOf(all, "aws:autoscaling/group:Group", name).tags.map(({ key }: any) => key as string);
    const own = ["k8s.io/cluster-autoscaler/enabled", "k8s.io/cluster-autoscaler/shop-one"];
    assert.deepEqual(keysOf("nodes-free").filter((key: string) => key.startsWith("k8s.io/")), own);
    assert.deepEqual(keysOf("nodes-batch").filter((key: string) => key.startsWith("k8s.io/")), []);
});

test("sizes out of order, and a group of two kinds, are refused", async () => {
    const wrong = { ...group, desired: 9 };
    await assert.rejects(
        made(() => nodes(args({ managed: { general: wrong } }))),
        /general are not in order/,
    );
    await assert.rejects(
        made(() => nodes(args({ managed: { general: group }, selfManaged: { general: group } }))),
        /general is a managed group and a self-managed one/,
    );
});
