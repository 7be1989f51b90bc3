import { existsSync, readFileSync } from "node:fs";

/** Attributes of a resource, as `terraform show -json` writes them. */
export type Values = Record<string, unknown>;

/** A resource in Terraform's state. */
export interface Resource {
    address: string;
    mode: "managed" | "data";
    type: string;
    name: string;
    /** The key of `for_each`, or the number of `count`. */
    index?: string | number;
    values: Values;
}

interface Module {
    address?: string;
    resources?: Resource[];
    child_modules?: Module[];
}

interface State {
    outputs?: Record<string, { value: unknown }>;
    root_module?: Module;
}

/** The arguments of a resource: of a block those in it, of others how they are computed. */
export type Arguments = Record<string, unknown>;

interface ModuleConfiguration {
    resources?: { address: string; expressions?: Arguments }[];
    module_calls?: Record<string, { module: ModuleConfiguration }>;
}

/** What of `terraform show -json` is read here, of a state or of a plan, which holds the state that it was made for. */
export interface Shown {
    values?: State;
    prior_state?: { values?: State };
    configuration?: { root_module: ModuleConfiguration };
    resource_changes?: { address: string; mode: string; change: { actions: string[] } }[];
}

/** What Terraform showed of the root that the project and stack stand for. */
export function shownIn(folder: string): (project: string, stack: string) => Shown {
    return (project, stack) => {
        const file = `${folder}/${project}.${stack}.json`;
        if (!existsSync(file)) {
            throw new Error(`${file} is missing: the plan of that root, written by terraform show -json.`);
        }
        return JSON.parse(readFileSync(file, "utf8"));
    };
}

function stateOf(shown: Shown): State {
    return shown.prior_state?.values ?? shown.values ?? {};
}

/** All resources of the state, those of modules too. */
export function resources(shown: Shown): Resource[] {
    const below = (module: Module): Resource[] => [
        ...(module.resources ?? []),
        ...(module.child_modules ?? []).flatMap(below),
    ];
    return below(stateOf(shown).root_module ?? {});
}

/** The outputs of the root. */
export function outputs(shown: Shown): Values {
    const named = Object.entries(stateOf(shown).outputs ?? {});
    return Object.fromEntries(named.map(([name, { value }]) => [name, value]));
}

/**
 * The arguments that the configuration gives each resource, by its address without keys; nothing where it is no plan.
 * Terraform does not tell of dynamic blocks.
 */
export function argumentsOf(shown: Shown): Map<string, Arguments> {
    const found = new Map<string, Arguments>();
    const walk = (module: ModuleConfiguration, prefix: string) => {
        for (const { address, expressions } of module.resources ?? []) {
            found.set(prefix + address, expressions ?? {});
        }
        for (const [name, call] of Object.entries(module.module_calls ?? {})) {
            walk(call.module, `${prefix}module.${name}.`);
        }
    };
    walk(shown.configuration?.root_module ?? {}, "");
    return found;
}

/** `module.network.aws_subnet.public["eu-west-1a"]` without its keys. */
export function withoutKeys(address: string): string {
    return address.replace(/\[("[^"]*"|\d+)\]/g, "");
}

/** What Terraform itself would change: a state is moved when that is nothing. */
export function pending(shown: Shown): string[] {
    const changes = (shown.resource_changes ?? []).filter(change => change.mode === "managed");
    return changes
        .filter(({ change }) => change.actions.some(action => action !== "no-op"))
        .map(({ address, change }) => `${address}: ${change.actions.join(", ")}`);
}
