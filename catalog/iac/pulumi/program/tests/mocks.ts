import * as pulumi from "@pulumi/pulumi";

/** A resource that a program makes. */
export interface Made {
    type: string;
    name: string;
    inputs: Record<string, any>;
    options: pulumi.CustomResourceOptions;
}

/** What else is told of a resource once it is made. */
function told(type: string, { domainName }: Made["inputs"]): Record<string, any> {
    switch (type) {
        case "aws:ec2/vpc:Vpc":
            return { ipv6CidrBlock: "2a05:d018:1:4200::/56" };
        case "aws:rds/instance:Instance":
        case "aws:rds/cluster:Cluster":
            return { masterUserSecrets: [{ secretArn: "arn:made-by-aws" }] };
        case "aws:acm/certificate:Certificate":
            return { domainValidationOptions: [domainName, `*.${domainName}`].map(proofOf) };
        default:
            return {};
    }
}

/** A domain and its wildcard have the same record. */
function proofOf(domainName: string) {
    return {
        domainName,
        resourceRecordName: `_1.${domainName.replace("*.", "")}.`,
        resourceRecordType: "CNAME",
        resourceRecordValue: "_2.acm.example.",
    };
}

const answers: Record<string, Record<string, any>> = {
    "aws:secretsmanager/getRandomPassword:getRandomPassword": { randomPassword: "asked-for-by-this-run" },
    "cloudflare:index/getZone:getZone": { id: "zone-1", account: { id: "account-1" }, nameServers: ["a.ns", "b.ns"] },
};

/** What `program` makes. Nothing is asked of AWS: every resource gets an ID of its name. */
export async function made(program: () => void): Promise<Made[]> {
    const all: Made[] = [];
    let refused: unknown;
    const options = new Map<string, pulumi.CustomResourceOptions>();
    await pulumi.runtime.setMocks({
        newResource: ({ type, name, inputs }) => {
            if (type !== "pulumi:pulumi:Stack") {
                all.push({ type, name, inputs, options: options.get(`${type}::${name}`) ?? {} });
            }
            const state = { arn: `arn:${name}`, ...told(type, inputs), ...inputs };
            return { id: `${type.split(":").at(-1)}/${name}`, state };
        },
        call: ({ token }) => answers[token] ?? { accountId: "210987654321", partition: "aws", region: "eu-west-1" },
    });
    await pulumi.runtime.runInPulumiStack(async () => {
        pulumi.runtime.registerStackTransformation(({ type, name, opts }) => {
            options.set(`${type}::${name}`, opts);
            return undefined;
        });
        try {
            program();
        } catch (error) {
            refused = error;
        }
    });
    await pulumi.runtime.disconnect();
    if (refused !== undefined) {
        throw refused;
    }
    return all;
}

/** Types and names, in the order of the alphabet. */
export function names(all: Made[]): string[] {
    return all.map(({ type, name }) => `${type}::${name}`).sort();
}

/** What is given to the resource of that type and name. */
export function inputsOf(all: Made[], type: string, name: string): Record<string, any> {
    return madeOf(all, type, name).inputs;
}

/** The resource of that type and name. */
export function madeOf(all: Made[], type: string, name: string): Made {
    const found = all.find(one => one.type === type && one.name === name);
    if (found === undefined) {
        throw new Error(`no ${type} ${name} among ${names(all).join(", ")}`);
    }
    return found;
}
