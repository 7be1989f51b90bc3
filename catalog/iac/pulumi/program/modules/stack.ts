import { readFileSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import * as yaml from "js-yaml";

/**
 * What platform.yaml says of this stack: `platform.<stack>.yaml` beside the program. It is apart from `Pulumi.<stack>.yaml`
 * because Pulumi writes into that one.
 */
export function settings<Settings>(): Settings & { platform: string } {
    return yaml.load(readFileSync(`platform.${pulumi.getStack()}.yaml`, "utf8")) as Settings & { platform: string };
}

/** What another project of the platform put out: for the same cluster, or for the stack that is named. */
export function outputsOf(platform: string, project: string, stack = pulumi.getStack()): pulumi.StackReference {
    return new pulumi.StackReference(`${pulumi.getOrganization()}/${platform}-${project}/${stack}`);
}

/** The value of an output itself: how many resources there are must be known before any is made. */
export async function valueOf<Value>(reference: pulumi.StackReference, output: string): Promise<Value> {
    const { value } = await reference.getOutputDetails(output);
    if (value === undefined) {
        throw new Error(`${output} is put out by nobody yet. Bring up the project that it is of first.`);
    }
    return value;
}
