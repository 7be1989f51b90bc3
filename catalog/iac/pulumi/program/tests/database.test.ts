import assert from "node:assert/strict";
import { test } from "node:test";
import * as pulumi from "@pulumi/pulumi";
import { aurora } from "../modules/aurora";
import { databaseKey } from "../modules/database-key";
import { databaseNetwork } from "../modules/database-network";
import type { DatabaseArgs } from "../modules/postgres";
import { rds } from "../modules/rds";
import { tables } from "../modules/tables";
import { inputsOf, made, madeOf, names } from "./mocks";

const args: DatabaseArgs & { zones: string[] } = {
    name: "shop-one-catalog-prod",
    production: true,
    replicaRegions: [],
    subnetGroupName: "shop-one-databases",
    securityGroupId: "sg-1",
    kmsKeyArn: "arn:key",
    zones: ["eu-west-1a", "eu-west-1b"],
};
const replicated = { ...args, replicaRegions: ["eu-central-1"], passwordVersion: 1 };
const instance = "aws:rds/instance:Instance";
const cluster = "aws:rds/cluster:Cluster";
const secretVersion = "aws:secretsmanager/secretVersion:SecretVersion";

/** What a run passes on without Pulumi writing it down in clear. */
async function secretsIn(value: unknown): Promise<string> {
    return pulumi.runtime.isRpcSecret(value) ? pulumi.runtime.unwrapRpcSecret(value) : "in clear";
}

test("in production a database is in several zones, protected, and outlived by a snapshot", async () => {
    const production = inputsOf(await made(() => rds("catalog-prod", args)), instance, "rds-catalog-prod");
    assert.equal(production.multiAz, true);
    assert.equal(production.deletionProtection, true);
    assert.equal(production.backupRetentionPeriod, 30);
    assert.equal(production.finalSnapshotIdentifier, "shop-one-catalog-prod-final");
    const dev = await made(() => rds("catalog-dev", { ...args, production: false }));
    const other = inputsOf(dev, instance, "rds-catalog-dev");
    assert.deepEqual([other.multiAz, other.deletionProtection, other.skipFinalSnapshot], [false, false, true]);
});

test("everything of a database is encrypted by the key of the cluster's databases", async () => {
    const all = await made(() => rds("catalog-prod", args));
    const { storageEncrypted, kmsKeyId, ...of } = inputsOf(all, instance, "rds-catalog-prod");
    assert.deepEqual([storageEncrypted, kmsKeyId], [true, "arn:key"]);
    assert.deepEqual([of.performanceInsightsKmsKeyId, of.masterUserSecretKmsKeyId], ["arn:key", "arn:key"]);
    const logs = inputsOf(all, "aws:cloudwatch/logGroup:LogGroup", "rds-catalog-prod-postgresql");
    assert.deepEqual([logs.name, logs.kmsKeyId], ["/aws/rds/instance/shop-one-catalog-prod/postgresql", "arn:key"]);
    assert.deepEqual(inputsOf(all, "aws:rds/parameterGroup:ParameterGroup", "rds-catalog-prod").parameters[0], {
        name: "rds.force_ssl",
        value: "1",
    });
});

test("AWS keeps the password of a database without replicas", async () => {
    const all = await made(() => [rds("catalog-prod", args), aurora("orders-prod", args)]);
    for (const [type, name] of [
        [instance, "rds-catalog-prod"],
        [cluster, "aurora-orders-prod"],
    ] as const) {
        const inputs = inputsOf(all, type, name);
        assert.equal(inputs.manageMasterUserPassword, true);
        assert.ok(!Object.keys(inputs).some(property => property.endsWith("Wo")));
    }
    assert.ok(!names(all).some(name => name.includes("secretsmanager")));
});

test("the password of one with replicas goes to it and into a secret for both regions, and is nowhere in clear", async () => {
    const all = await made(() => rds("catalog-prod", replicated));
    const { passwordWo, passwordWoVersion, manageMasterUserPassword } = inputsOf(all, instance, "rds-catalog-prod");
    assert.deepEqual([passwordWoVersion, manageMasterUserPassword], [1, undefined]);
    assert.equal(await secretsIn(passwordWo), "asked-for-by-this-run");
    const { secretStringWo, ...version } = inputsOf(all, secretVersion, "rds-catalog-prod-secret");
    assert.equal(version.secretStringWoVersion, 1);
    const written = JSON.parse(await secretsIn(secretStringWo));
    assert.deepEqual(written, { username: "app", password: "asked-for-by-this-run" });
    const secret = inputsOf(all, "aws:secretsmanager/secret:Secret", "rds-catalog-prod-secret");
    assert.deepEqual(secret.replicas, [{ region: "eu-central-1" }]);
    assert.equal(secret.kmsKeyId, "arn:key");
});

test("without a version, the password of one with replicas stays what it is, and no run asks for one", async () => {
    const known = { ...replicated, passwordVersion: undefined };
    const all = await made(() => [rds("catalog-prod", known), aurora("orders-prod", known)]);
    const given = all.flatMap(({ inputs }) => Object.keys(inputs));
    assert.deepEqual(
        given.filter(property => /password/i.test(property)),
        [],
    );
    assert.ok(!names(all).some(name => name.startsWith(secretVersion)));
    assert.ok(names(all).includes("aws:secretsmanager/secret:Secret::aurora-orders-prod-secret"));
});

test("a replica has the names and the password of its primary", async () => {
    const primary = pulumi.output({ arn: "arn:primary", secret_arn: "arn:secret-here" });
    let connection: ReturnType<typeof rds>["connection"] | undefined;
    const all = await made(() => {
        connection = rds("catalog-prod", { ...args, primary }).connection;
    });
    const inputs = inputsOf(all, instance, "rds-catalog-prod");
    assert.equal(inputs.replicateSourceDb, "arn:primary");
    assert.equal(inputs.multiAz, false);
    const given = ["dbName", "username", "allocatedStorage", "manageMasterUserPassword", "passwordWo"];
    assert.deepEqual(
        given.filter(property => property in inputs),
        [],
    );
    const arn = await new Promise(resolve => pulumi.output(connection?.secret_arn).apply(resolve));
    assert.equal(arn, "arn:secret-here");
});

test("Aurora has an instance in each zone in production, and one elsewhere and in a second region", async () => {
    const instances = async (given: Partial<typeof args>) => {
        const all = await made(() => aurora("orders", { ...args, ...given }));
        return names(all)
            .filter(name => name.includes("clusterInstance"))
            .map(name => name.split("::")[1]);
    };
    assert.deepEqual(await instances({}), ["aurora-orders-a", "aurora-orders-b"]);
    assert.deepEqual(await instances({ production: false }), ["aurora-orders-any"]);
    const primary = pulumi.output({ arn: "", secret_arn: "", engine_version: "17.4", global_cluster_id: "global" });
    assert.deepEqual(await instances({ primary }), ["aurora-orders-any"]);
});

test("the global cluster lies with the first region, and the second one joins it", async () => {
    const first = await made(() => aurora("orders-prod", replicated));
    const global = inputsOf(first, "aws:rds/globalCluster:GlobalCluster", "aurora-orders-prod");
    assert.equal(global.sourceDbClusterIdentifier, "arn:aurora-orders-prod");
    assert.equal(global.deletionProtection, true);
    const primary = pulumi.output({ arn: "", secret_arn: "", engine_version: "17.4", global_cluster_id: "global" });
    const second = await made(() => aurora("orders-prod", { ...args, primary }));
    const joined = inputsOf(second, cluster, "aurora-orders-prod");
    assert.deepEqual([joined.globalClusterIdentifier, joined.engineVersion], ["global", "17.4"]);
    assert.ok(!("databaseName" in joined) && !names(second).some(name => name.includes("globalCluster")));
});

test("what AWS does not tell of an imported database is no change, and a named version is one", async () => {
    const all = await made(() => [rds("catalog-prod", args), aurora("orders-prod", replicated)]);
    const managed = ["engineVersion", "manageMasterUserPassword", "masterUserSecretKmsKeyId"];
    assert.deepEqual(madeOf(all, instance, "rds-catalog-prod").options.ignoreChanges, [
        "dbName",
        "username",
        ...managed,
    ]);
    const { ignoreChanges: ignored = [] } = madeOf(all, cluster, "aurora-orders-prod").options;
    assert.ok(ignored.includes("engineVersion") && !ignored.some(property => /password/i.test(property)));
    const global = madeOf(all, "aws:rds/globalCluster:GlobalCluster", "aurora-orders-prod");
    assert.deepEqual(global.options.ignoreChanges, ["sourceDbClusterIdentifier"]);
    const named = await made(() => rds("catalog-prod", { ...args, postgresVersion: "18" }));
    const upgraded = madeOf(named, instance, "rds-catalog-prod");
    assert.equal(upgraded.inputs.engineVersion, "18");
    assert.ok(!upgraded.options.ignoreChanges?.includes("engineVersion"));
});

test("tables are encrypted and can be restored; with replicas they stream, and a replica is of one", async () => {
    const of = { carts: { name: "shop-prod-orders-carts", key: "cart_id" } };
    const given = { tables: of, production: true, replicaRegions: ["eu-central-1"], kmsKeyArn: "arn:key" };
    const first = inputsOf(
        await made(() => tables("orders-prod", given)),
        "aws:dynamodb/table:Table",
        "tables-orders-prod-carts",
    );
    assert.deepEqual(first.serverSideEncryption, { enabled: true, kmsKeyArn: "arn:key" });
    assert.deepEqual([first.pointInTimeRecovery, first.deletionProtectionEnabled], [{ enabled: true }, true]);
    assert.equal(first.streamViewType, "NEW_AND_OLD_IMAGES");
    const replica = { ...given, replicaRegions: [], primaryArns: { carts: "arn:primary" } };
    const second = await made(() => tables("orders-prod", replica));
    assert.equal(
        inputsOf(second, "aws:dynamodb/tableReplica:TableReplica", "tables-orders-prod-carts").globalTableArn,
        "arn:primary",
    );
    assert.equal(second.length, 1);
});

test("only nodes of the cluster reach its databases, which are in its private subnets", async () => {
    const of = {
        name: "shop-one",
        vpcId: "vpc-1",
        privateSubnetIds: { a: "subnet-a", b: "subnet-b" },
        clusterSecurityGroupId: "sg-nodes",
    };
    const all = await made(() => databaseNetwork(of));
    const rule = inputsOf(all, "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", "network");
    assert.deepEqual([rule.referencedSecurityGroupId, rule.fromPort], ["sg-nodes", 5432]);
    assert.deepEqual(inputsOf(all, "aws:rds/subnetGroup:SubnetGroup", "network").subnetIds, ["subnet-a", "subnet-b"]);
});

test("the key is for the logs of the cluster's databases, and of no other's", async () => {
    const { policy, enableKeyRotation } = inputsOf(await made(() => databaseKey("shop-one")), "aws:kms/key:Key", "key");
    assert.equal(enableKeyRotation, true);
    assert.deepEqual(Object.values(JSON.parse(policy).Statement[1].Condition.ArnLike), [
        "arn:aws:logs:eu-west-1:210987654321:log-group:/aws/rds/*/shop-one-*",
    ]);
});
