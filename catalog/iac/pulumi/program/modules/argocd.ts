import * as pulumi from "@pulumi/pulumi";
import { mapValues } from "./maps";
import { ClusterIdentity, workloadIdentity } from "./workload-identity";

const serviceAccounts = { controller: "argocd-application-controller", server: "argocd-server" };

/** By these roles the Argo CD of a cluster reaches clusters that it is not on. Each has an entry there. */
export function argocdRoles(cluster: string, identity: ClusterIdentity): Record<string, pulumi.Output<string>> {
    return mapValues(serviceAccounts, (serviceAccount, name) => {
        const given = { name: `${cluster}-argocd-${name}`, namespace: "argocd", serviceAccount };
        return workloadIdentity(`argocd-${name}`, identity, given).arn;
    });
}
