/**
 * What Pulumi would change of what Terraform made, told without asking AWS and before anything is imported:
 * `npm run --silent compare -- network nonprod`.
 *
 * The program runs against Terraform's state: each resource that it makes is the one that the state has under its type
 * and name. So what it gives to each is known to the last id, and is compared with what Terraform gave.
 */
import { readFileSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import * as yaml from "js-yaml";
import { attributeIn, isEmpty, same, toPulumi } from "./attributes";
import { counterpart, isLeftOut } from "./names";
import { argumentsOf, outputs, pending, read, Resource, resources, Shown, Values, withoutKeys } from "./terraform";

interface Made {
    type: string;
    name: string;
    inputs: Values;
}

/** The differences, a line each. `run` is the program; `shown` tells the plan of a project and stack. */
export async function compare(
    project: string,
    stack: string,
    config: Record<string, unknown>,
    shown: (project: string, stack: string) => Shown,
    run: () => Promise<Values | undefined>,
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
                const short = otherProject.slice(otherProject.lastIndexOf("-") + 1);
                return { id: name, state: { name, outputs: outputs(shown(short, otherStack)) } };
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
    return differences(stated, made, argumentsOf(plan)).concat(outputDifferences(given, outputs(plan)));
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
        default:
            throw new Error(`nobody answers ${token}`);
    }
}

function differences(stated: Map<string, Resource>, made: Made[], configured: Map<string, Set<string>>): string[] {
    const found: string[] = [];
    const missing = new Map(stated);
    for (const { type, name, inputs } of made) {
        const resource = stated.get(`${type}::${name}`);
        missing.delete(`${type}::${name}`);
        if (resource === undefined) {
            found.push(`${type} ${name}: Terraform has none`);
            continue;
        }
        const known = toPulumi(resource.values);
        for (const [property, value] of Object.entries(inputs)) {
            if (!same(value, attributeOf(resource, known, property))) {
                const there = JSON.stringify(attributeOf(resource, known, property));
                found.push(`${resource.address}: ${property} is ${there}, and ${JSON.stringify(value)} here`);
            }
        }
        for (const attribute of configured.get(withoutKeys(resource.address)) ?? []) {
            if (!isEmpty(resource.values[attribute]) && attributeIn(inputs, attribute) === undefined) {
                const there = JSON.stringify(resource.values[attribute]);
                found.push(`${resource.address}: ${attribute} is ${there}, and nothing here`);
            }
        }
    }
    return found.concat([...missing.values()].map(({ address }) => `${address}: nothing here makes it`));
}

/** Terraform's own value where there is one of that name, so that blocks are compared as blocks. */
function attributeOf(resource: Resource, known: Values, property: string): unknown {
    const attribute = Object.keys(resource.values).find(attribute => {
        return attributeIn({ [property]: true }, attribute) !== undefined;
    });
    return attribute === undefined ? known[property] : resource.values[attribute];
}

function outputDifferences(given: Values, stated: Values): string[] {
    const names = [...new Set([...Object.keys(given), ...Object.keys(stated)])].sort();
    return names
        .filter(name => !same(given[name], stated[name]))
        .map(name => `output ${name} is ${JSON.stringify(stated[name])}, and ${JSON.stringify(given[name])} here`);
}

async function main([project, stack]: string[]): Promise<void> {
    if (project === undefined || stack === undefined) {
        console.error("usage: npm run --silent compare -- PROJECT STACK");
        process.exit(2);
    }
    const settings = yaml.load(readFileSync(`${project}/Pulumi.${stack}.yaml`, "utf8"));
    const { config } = settings as { config: Record<string, unknown> };
    const found = await compare(
        project,
        stack,
        config,
        (project, stack) => read(`states/${project}.${stack}.json`),
        () => pulumi.runtime.runInPulumiStack(() => import(`../${project}/index`)),
    );
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
