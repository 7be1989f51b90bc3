/**
 * What Pulumi would change of what Terraform made, told without asking AWS and before anything is imported:
 * `npm run --silent compare -- network nonprod`.
 *
 * The program runs against Terraform's state: each resource that it makes is the one that the state has under its type
 * and name. So what it gives to each is known to the last id, and is compared with what Terraform gave.
 */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { isDeepStrictEqual } from "node:util";
import * as pulumi from "@pulumi/pulumi";
import * as yaml from "js-yaml";
import { isEmpty, notGiven, same, statedAs, toPulumi } from "./attributes";
import { needNotBeGiven, counterpart, isLeftOut } from "./names";
import {
    Arguments,
    argumentsOf,
    outputs,
    pending,
    Resource,
    resources,
    Shown,
    shownIn,
    Values,
    withoutKeys,
} from "./terraform";

/** A project of the program, and what it runs with. */
export interface Program {
    /** The platform, which names of projects begin with. */
    platform: string;
    project: string;
    stack: string;
    config: Record<string, unknown>;
    run: () => Promise<Values | undefined>;
}

interface Made {
    type: string;
    name: string;
    inputs: Values;
}

/** The differences, a line each. `shown` tells the plan of a project and stack. */
export async function compare(
    { platform, project, stack, config, run }: Program,
    shown: (project: string, stack: string) => Shown,
): Promise<string[]> {
    const plan = shown(project, stack);
    if (plan.configuration === undefined) {
        throw new Error("This is a state; make a plan, which says too what is configured.");
    }
    const waiting = pending(plan);
    if (waiting.length > 0) {
        throw new Error(`Terraform has not made all of it; apply first:\n  ${waiting.join("\n  ")}`);
    }
    const stated = new Map<string, Resource>();
    for (const resource of resources(plan).filter(resource => !isLeftOut(resource))) {
        const known = counterpart(resource);
        stated.set(known === undefined ? resource.address : `${known.type}::${known.name}`, resource);
    }
    const made: Made[] = [];
    await setUp(config, project, stack, {
        newResource: ({ type, name, inputs }) => {
            if (type === "pulumi:pulumi:StackReference") {
                const [, otherProject = "", otherStack = ""] = name.split("/");
                const other = shown(otherProject.slice(platform.length + 1), otherStack);
                return { id: name, state: { name, outputs: outputs(other) } };
            }
            if (type === "pulumi:pulumi:Stack") {
                return { id: name, state: {} };
            }
            made.push({ type, name, inputs });
            const values = stated.get(`${type}::${name}`)?.values ?? {};
            const id = values["id"];
            return { id: typeof id === "string" ? id : name, state: { ...inputs, ...toPulumi(values) } };
        },
        call: ({ token }) => dataOf(resources(plan), config, token),
    });
    const given = (await run()) ?? {};
    await pulumi.runtime.disconnect(); // when every resource has been told of
    const { tags } = (config["aws:defaultTags"] ?? {}) as { tags?: Values };
    return [
        ...differences(stated, made, argumentsOf(plan)),
        ...tagDifferences(stated, made, tags ?? {}),
        ...outputDifferences(given, outputs(plan)),
    ];
}

async function setUp(
    config: Record<string, unknown>,
    project: string,
    stack: string,
    mocks: pulumi.runtime.Mocks,
): Promise<void> {
    const settings = Object.entries(config).map(([key, value]) => [
        key,
        typeof value === "string" ? value : JSON.stringify(value),
    ]);
    await pulumi.runtime.setMocks(mocks, project, stack, false, "organization");
    pulumi.runtime.setAllConfig(Object.fromEntries(settings));
}

/** What AWS would answer, as it answered Terraform. */
function dataOf(all: Resource[], config: Record<string, unknown>, token: string): Values {
    const data = (type: string) => all.find(resource => resource.type === type)?.values ?? {};
    switch (token) {
        case "aws:index/getCallerIdentity:getCallerIdentity":
            return toPulumi(data("aws_caller_identity"));
        case "aws:index/getPartition:getPartition":
            return { partition: "aws", ...toPulumi(data("aws_partition")) };
        case "aws:index/getRegion:getRegion":
            return { region: config["aws:region"], name: config["aws:region"], id: config["aws:region"] };
        case "aws:lb/getLoadBalancer:getLoadBalancer":
            return toPulumi(data("aws_lb"));
        case "aws:secretsmanager/getRandomPassword:getRandomPassword":
            return { randomPassword: "" }; // no state has it
        case "cloudflare:index/getZone:getZone":
            return toPulumi(data("cloudflare_zone"));
        default:
            throw new Error(`nobody answers ${token}`);
    }
}

function differences(stated: Map<string, Resource>, made: Made[], configured: Map<string, Arguments>): string[] {
    const found: string[] = [];
    const unmade = new Map(stated);
    for (const { type, name, inputs } of made) {
        const resource = stated.get(`${type}::${name}`);
        unmade.delete(`${type}::${name}`);
        if (resource === undefined) {
            found.push(`${type} ${name}: Terraform has none`);
            continue;
        }
        for (const [property, value] of Object.entries(inputs)) {
            if (property.endsWith("Wo")) {
                continue; // write-only: no state has it
            }
            const there = property === "region" ? regionOf(resource.values) : statedAs(resource.values, property);
            if (!same(value, there)) {
                const [was, is] = [there, value].map(value => JSON.stringify(value));
                found.push(`${resource.address}: ${property} is ${was}, and ${is} here`);
            }
        }
        const named = configured.get(withoutKeys(resource.address)) ?? {};
        const missing = notGiven(resource.values, named, inputs);
        for (const attribute of missing.filter(attribute => !needNotBeGiven(resource).includes(attribute))) {
            found.push(`${resource.address}: ${attribute} is configured, and nothing here gives it`);
        }
    }
    return found.concat([...unmade.values()].map(({ address }) => `${address}: nothing here makes it`));
}

/** Where a resource is, which Terraform says by the provider that it gives it. */
function regionOf({ arn, certificate_arn }: Values): string | undefined {
    return String(arn ?? certificate_arn).split(":")[3];
}

/** Tags, with those that the provider gives to everything. */
function tagDifferences(stated: Map<string, Resource>, made: Made[], defaults: Values): string[] {
    return made.flatMap(({ type, name, inputs }) => {
        const resource = stated.get(`${type}::${name}`);
        const there = resource?.values["tags_all"];
        const here = { ...defaults, ...(inputs["tags"] as Values | undefined) };
        return resource === undefined || isEmpty(there) || isDeepStrictEqual(here, there)
            ? []
            : [`${resource.address}: tags are ${JSON.stringify(there)}, and ${JSON.stringify(here)} here`];
    });
}

function outputDifferences(given: Values, stated: Values): string[] {
    const names = [...new Set([...Object.keys(given), ...Object.keys(stated)])].sort();
    return names
        .filter(name => !same(given[name], stated[name]))
        .map(name => `output ${name} is ${JSON.stringify(stated[name])}, and ${JSON.stringify(given[name])} here`);
}

/** What a project puts out: its exports, or what the function gives that it is. */
async function outputsGiven(project: string): Promise<Values> {
    const program = await import(`../${project}/index`);
    return typeof program.default === "function" ? program.default() : program;
}

async function main([project, stack]: string[]): Promise<void> {
    if (project === undefined || stack === undefined) {
        console.error("usage: npm run --silent compare -- PROJECT STACK");
        process.exit(2);
    }
    const shown = shownIn(resolve("states"));
    process.chdir(project); // where Pulumi runs a program
    const read = (file: string) => yaml.load(readFileSync(`${file}.${stack}.yaml`, "utf8"));
    const { config } = read("Pulumi") as { config: Record<string, unknown> };
    const { platform } = read("platform") as { platform: string };
    const run = () => pulumi.runtime.runInPulumiStack(() => outputsGiven(project));
    const found = await compare({ platform, project, stack, config, run }, shown);
    for (const difference of found) {
        console.log(difference);
    }
    process.exitCode = found.length > 0 ? 1 : 0;
}

if (require.main === module) {
    main(process.argv.slice(2)).catch(error => {
        console.error(error.message);
        process.exit(1);
    });
}
