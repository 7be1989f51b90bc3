import * as pulumi from "@pulumi/pulumi";

/** A resource that a program makes. */
export interface Made {
    type: string;
    name: string;
    inputs: Record<string, any>;
}

/** What `program` makes. Nothing is asked of AWS: every resource gets an ID of its name. */
export async function made(program: () => void): Promise<Made[]> {
    const all: Made[] = [];
    await pulumi.runtime.setMocks({
        newResource: ({ type, name, inputs }) => {
            all.push({ type, name, inputs });
            const state = { arn: `arn:${name}`, ipv6CidrBlock: "2a05:d018:1:4200::/56", ...inputs };
            return { id: `${type.split(":").at(-1)}/${name}`, state };
        },
        call: () => ({ accountId: "210987654321", partition: "aws", region: "eu-west-1" }),
    });
    program();
    await pulumi.runtime.disconnect();
    return all;
}

/** Types and names, in the order of the alphabet. */
export function names(all: Made[]): string[] {
    return all.map(({ type, name }) => `${type}::${name}`).sort();
}

/** What is given to the resource of that type and name. */
export function inputsOf(all: Made[], type: string, name: string): Record<string, any> {
    const found = all.find(one => one.type === type && one.name === name);
    if (found === undefined) {
        throw new Error(`no ${type} ${name} among ${names(all).join(", ")}`);
    }
    return found.inputs;
}
