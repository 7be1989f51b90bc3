import assert from "node:assert/strict";
import { test } from "node:test";
import * as pulumi from "@pulumi/pulumi";
import { argocdRoles } from "../modules/argocd";
import { inputsOf, made, names } from "./mocks";

const identity = { clusterName: "shop-one", oidcIssuer: pulumi.output("https://oidc"), associate: true };
const association = "aws:eks/podIdentityAssociation:PodIdentityAssociation";

test("the parts of Argo CD that ask clusters have a role each, by which others know them", async () => {
    const all = await made(() => argocdRoles("shop-one", identity));
    const roles = names(all).filter(name => name.startsWith("aws:iam/role:Role::"));
    assert.deepEqual(roles, ["aws:iam/role:Role::argocd-controller", "aws:iam/role:Role::argocd-server"]);
    const { namespace, serviceAccount } = inputsOf(all, association, "argocd-controller");
    assert.deepEqual([namespace, serviceAccount], ["argocd", "argocd-application-controller"]);
});
