import { Resource } from "./terraform";
import table from "./types.json";

/** What a resource of Terraform is in this program, and by what `pulumi import` finds it. */
export interface Counterpart {
    type: string;
    name: string;
    id: string;
}

const types: Record<string, { type: string; id?: string }> = table.types;
const leftOut: Record<string, string> = table.leftOut;

/** Whether the resource is none of AWS, so that there is nothing to move. */
export function isLeftOut({ mode, type }: Resource): boolean {
    return mode !== "managed" || type in leftOut;
}

/** The counterpart; none where the type is not in the table. */
export function counterpart(resource: Resource): Counterpart | undefined {
    const known = types[resource.type];
    if (known === undefined) {
        return undefined;
    }
    return { type: known.type, name: nameOf(resource.address), id: idOf(resource, known.id ?? "{id}") };
}

/**
 * The name in this program: the modules, the resource and its key, with dashes. `this` is left out, as are the numbers of
 * `count` and the way to the name in an ARN: `module.network.aws_subnet.public["eu-west-1a"]` is
 * `network-public-eu-west-1a`, and `module.network.aws_vpc.this` is `network`.
 */
export function nameOf(address: string): string {
    const parts = [...address.matchAll(/([\w-]+)(?:\[(?:"([^"]*)"|\d+)\])?(?:\.|$)/g)];
    // Of `module.<name>` the name counts, of `<type>.<name>` too.
    const named = parts.filter((_, index) => index % 2 === 1);
    return named
        .flatMap(([, name, key]) => [name === "this" ? undefined : name, shortOf(key)])
        .filter(part => part !== undefined)
        .join("-")
        .replaceAll(/[_/]/g, "-");
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
