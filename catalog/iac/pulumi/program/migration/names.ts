import { Resource } from "./terraform";
import table from "./types.json";

/** What a resource of Terraform is in this program, and by what `pulumi import` finds it. */
export interface Counterpart {
    type: string;
    name: string;
    /** None of what is nothing outside of a state, such as a wait: that is made, not imported. */
    id?: string;
}

interface Known {
    type: string;
    id?: string;
    /** Why there is nothing to import. */
    notImported?: string;
    /** Arguments that AWS has without being given them, or that only Terraform counts. */
    byAws?: string[];
}

const types: Record<string, Known> = table.types;
const leftOut: Record<string, string> = table.leftOut;

/** Whether the resource is none that this program takes over. */
export function isLeftOut({ mode, type }: Resource): boolean {
    return mode !== "managed" || type in leftOut;
}

/** Arguments of a resource that its state may have, and that need not be given. */
export function needNotBeGiven({ type }: Resource): string[] {
    return types[type]?.byAws ?? [];
}

/** The counterpart; none where the type is not in the table. */
export function counterpart(resource: Resource): Counterpart | undefined {
    const known = types[resource.type];
    if (known === undefined) {
        return undefined;
    }
    const id = known.notImported === undefined ? idOf(resource, known.id ?? "{id}") : undefined;
    return { type: known.type, name: nameOf(resource.address), id };
}

/**
 * The name in this program: the modules, the resource and its key, with dashes. `this` is left out, as are the numbers of
 * `count` and the way to the name in an ARN: `module.network.aws_subnet.public["eu-west-1a"]` is
 * `network-public-eu-west-1a`, and `module.network.aws_vpc.this` is `network`. Where nothing is left, it is the last word of
 * the type: `cloudflare_zone.this[0]` is `zone`.
 */
export function nameOf(address: string): string {
    const parts = [...address.matchAll(/([\w-]+)(?:\[(?:"([^"]*)"|\d+)\])?(?:\.|$)/g)];
    // Of `module.<name>` the name counts, of `<type>.<name>` too.
    const named = parts.filter((_, index) => index % 2 === 1);
    const left = named
        .flatMap(([, name, key]) => [name === "this" ? undefined : name, shortOf(key)])
        .filter(part => part !== undefined);
    const type = parts.at(-2)?.[1] ?? address;
    return (left.length > 0 ? left.join("-") : type.slice(type.lastIndexOf("_") + 1)).replaceAll(/[_/]/g, "-");
}

/** Of an ARN the name at its end. */
function shortOf(key: string | undefined): string | undefined {
    return key?.startsWith("arn:") ? key.split("/").at(-1) : key;
}

function idOf(resource: Resource, pattern: string): string {
    return pattern.replaceAll(/\{(\w+)\}/g, (_, attribute: string) => {
        const value = resource.values[attribute];
        if (typeof value !== "string" || value === "") {
            throw new Error(`${resource.address} has no ${attribute} in the state.`);
        }
        return value;
    });
}
