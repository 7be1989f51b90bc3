import * as pulumi from "@pulumi/pulumi";

/** What another project of the platform put out: for the same cluster, or for the stack that is named. */
export function outputsOf(platform: string, project: string, stack = pulumi.getStack()): pulumi.StackReference {
    return new pulumi.StackReference(`${pulumi.getOrganization()}/${platform}-${project}/${stack}`);
}
