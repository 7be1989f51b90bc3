import { isDeepStrictEqual } from "node:util";
import { Values } from "./terraform";

/**
 * Attributes under the names that Pulumi gives them. It calls a list by its plural, and makes a list that holds one
 * block at most the block itself; which lists those are is not in the state, so both are here, each under its name.
 */
export function toPulumi(values: Values): Values {
    const converted: Values = {};
    for (const [attribute, value] of Object.entries(values)) {
        const name = camel(attribute);
        if (isBlocks(value)) {
            const blocks = value.map(toPulumi);
            converted[name] = blocks[0];
            converted[plural(name)] = blocks;
        } else {
            converted[name] = value;
            if (Array.isArray(value)) {
                converted[plural(name)] = value;
            }
        }
    }
    return converted;
}

/** Whether the property that the program gives is what Terraform's state says. */
export function same(given: unknown, stated: unknown): boolean {
    if (isBlocks(stated) && isMap(given)) {
        return stated.length === 1 && same(given, stated[0]);
    }
    if (Array.isArray(given) && Array.isArray(stated)) {
        // Sets are lists in JSON, in whatever order.
        return (
            given.length === stated.length &&
            given.every(item => stated.some(other => same(item, other))) &&
            stated.every(other => given.some(item => same(item, other)))
        );
    }
    if (isMap(given) && isMap(stated)) {
        return (
            Object.entries(given).every(([key, value]) => value === undefined || same(value, statedAs(stated, key))) &&
            Object.entries(stated).every(([key, value]) => !isBlocks(value) || attributeIn(given, key) !== undefined)
        );
    }
    const policies = [given, stated].map(policy);
    if (policies.every(isMap)) {
        return isDeepStrictEqual(...(policies as [Values, Values]));
    }
    if (isEmpty(given) && isEmpty(stated)) {
        return true;
    }
    // The provider keeps the address of an issuer without its scheme.
    const bare = (text: string) => text.replace(/^https:\/\//, "");
    return typeof given === "object" ? false : bare(String(given)) === bare(String(stated));
}

/** The attributes of the state, dots between them, that are configured and not given. */
export function notGiven(stated: Values, configured: Values, given: Values): string[] {
    return Object.entries(stated).flatMap(([attribute, value]) => {
        const inConfiguration = configured[attribute];
        if (isEmpty(value) || !(attribute in configured)) {
            return [];
        }
        const here = attributeIn(given, attribute);
        if (here === undefined) {
            return [attribute];
        }
        const one = isBlocks(value) && value.length === 1 && isBlocks(inConfiguration) && isMap(here);
        const below = one ? notGiven(value[0]!, inConfiguration[0]!, here) : [];
        return below.map(path => `${attribute}.${path}`);
    });
}

/** The value of Terraform's attribute in what the program gives. */
export function attributeIn(given: Values, attribute: string): unknown {
    return given[attribute] ?? given[camel(attribute)] ?? given[plural(camel(attribute))];
}

/** Terraform's value of what Pulumi calls `property`. */
export function statedAs(stated: Values, property: string): unknown {
    const attribute = Object.keys(stated).find(name => attributeIn({ [property]: true }, name) !== undefined);
    return attribute === undefined ? undefined : stated[attribute];
}

/** Whether nothing is said: what is left out and what is empty are the same to AWS. */
export function isEmpty(value: unknown): boolean {
    return (
        value === undefined ||
        value === null ||
        value === "" ||
        value === false ||
        value === 0 ||
        (Array.isArray(value) && value.length === 0) ||
        (isMap(value) && Object.keys(value).length === 0)
    );
}

function isMap(value: unknown): value is Values {
    return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isBlocks(value: unknown): value is Values[] {
    return Array.isArray(value) && value.length > 0 && value.every(isMap);
}

function camel(attribute: string): string {
    return attribute.replaceAll(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

function plural(name: string): string {
    if (/[^s]s$/.test(name)) {
        return name;
    }
    if (/[^aeiou]y$/.test(name)) {
        return `${name.slice(0, -1)}ies`;
    }
    return /(ss|x|ch|sh)$/.test(name) ? `${name}es` : `${name}s`;
}

/** A policy in the form that AWS compares: a list of one is its item, lists have no order. */
function policy(value: unknown): unknown {
    if (typeof value === "string" && value.startsWith("{")) {
        return normal(JSON.parse(value));
    }
    return isMap(value) && "Statement" in value ? normal(value) : undefined;
}

function normal(value: unknown): unknown {
    if (Array.isArray(value)) {
        const items = value.map(normal).sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
        return items.length === 1 ? items[0] : items;
    }
    if (isMap(value)) {
        const entries = Object.entries(value).filter(([key, of]) => !(key === "Sid" && of === ""));
        return Object.fromEntries(entries.sort().map(([key, of]) => [key, normal(of)]));
    }
    return value;
}
