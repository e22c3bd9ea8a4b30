import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openKubeconfig } from "../../../../engine/kubernetes/index.js";

const TOKEN = "hunter2";
const text = JSON.stringify({
  clusters: [{ name: "c", cluster: { server: "https://10.0.0.1:6443" } }],
  users: [{ name: "u", user: { token: TOKEN } }],
  contexts: [
    { name: "lab", context: { cluster: "c", user: "u" } },
    { name: "torn", context: { cluster: "gone", user: "u" } },
  ],
  "current-context": "lab",
});

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "kubeconfig-test-"));
  await writeFile(join(directory, "config"), text, { mode: 0o600 });
});
afterAll(() => rm(directory, { recursive: true }));

it("takes a text, or a file, and its current context", async () => {
  for (const source of [{ kubeconfig: text }, { kubeconfigPath: join(directory, "config") }]) {
    expect((await openKubeconfig(source)).getCurrentCluster()?.server).toBe("https://10.0.0.1:6443");
  }
});

it.each([
  [{ kubeconfig: text, context: "other" }, "no context other, but lab, torn"],
  [{ kubeconfig: text, context: "torn" }, "context torn names a cluster that is not there"],
  [{ kubeconfig: text.replace('"current-context":"lab"', '"x":1') }, "no current-context"],
  [{ kubeconfig: `{ token: ${TOKEN}` }, "it cannot be read as a kubeconfig"],
  [{ kubeconfig: TOKEN }, ""],
  [{ kubeconfig: "" }, ""],
  [{ kubeconfigPath: "/nowhere/config" }, "it cannot be read as a kubeconfig (ENOENT)"],
])("refuses %# and shows no secret", async (source, seen) => {
  const message = await openKubeconfig(source).then(
    () => "none",
    (error: Error) => error.message,
  );
  expect(message).toMatch(/^logging in to the cluster failed on /);
  expect(message).toContain(`seen:   ${seen}`);
  expect(message).not.toContain(TOKEN);
});
