/**
 * Makes the file that `pulumi import --file` reads from Terraform's state, so that nothing is made anew:
 * `npm run --silent import-list -- network nonprod > network/import.json`.
 *
 * Every resource of the state that there is outside of it is in the list, under the type and name that it has in this
 * program. One that has none is an error: what is in nobody's hands after the move is found by nobody.
 */
import { counterpart, Counterpart, isLeftOut } from "./names";
import { resources, Shown, shownIn } from "./terraform";

export function importList(shown: Shown): { resources: Counterpart[] } {
    const unknown: string[] = [];
    const found = new Map<string, string>();
    const list: Counterpart[] = [];
    for (const resource of resources(shown).filter(resource => !isLeftOut(resource))) {
        const known = counterpart(resource);
        if (known === undefined) {
            unknown.push(resource.address);
            continue;
        }
        const urn = `${known.type}::${known.name}`;
        const other = found.get(urn);
        if (other !== undefined) {
            throw new Error(`${resource.address} and ${other} are both ${known.name}.`);
        }
        found.set(urn, resource.address);
        if (known.id !== undefined) {
            list.push(known);
        }
    }
    if (unknown.length > 0) {
        throw new Error(`Nothing here takes these over; see migration/types.json:\n  ${unknown.join("\n  ")}`);
    }
    return { resources: list };
}

if (require.main === module) {
    const [project, stack] = process.argv.slice(2);
    if (project === undefined || stack === undefined) {
        console.error("usage: npm run --silent import-list -- PROJECT STACK");
        process.exit(2);
    }
    try {
        console.log(JSON.stringify(importList(shownIn("states")(project, stack)), undefined, 4));
    } catch (error) {
        console.error((error as Error).message);
        process.exit(1);
    }
}
