import assert from "node:assert/strict";
import { test } from "node:test";
import { people } from "../modules/people";
import { inputsOf, made } from "./mocks";

async function trust(trusted: string[]): Promise<{ by: string[]; factor: boolean }[]> {
    const all = await made(() => people({ platform: "shop", teams: { web: "developer" }, trusted }));
    const { assumeRolePolicy } = inputsOf(all, "aws:iam/role:Role", "people-web");
    const document = typeof assumeRolePolicy === "string" ? JSON.parse(assumeRolePolicy) : assumeRolePolicy;
    return document.Statement.map(({ Principal, Condition }: any) => ({
        by: Principal.AWS,
        factor: Condition.Bool !== undefined,
    }));
}

test("users show a second factor, and roles of an identity provider cannot", async () => {
    const role = "arn:aws:iam::123456789012:role/sso";
    const other = "arn:aws:iam::210987654321:root";
    assert.deepEqual(await trust([role, other]), [
        { by: [other], factor: true },
        { by: [role], factor: false },
    ]);
    const own = await trust([]);
    assert.deepEqual(
        own.map(({ factor }) => factor),
        [true],
    );
});
