import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeTestDirectory, removeTestDirectory } from "../../../lab/test-directories.js";
import { startVault, stopVault, VaultClient } from "../../../lab/vault/index.js";
import { ensureVault } from "../../../toolchain/vault.js";

let directory: string;
let program: string;
beforeAll(async () => {
  directory = await makeTestDirectory("lab-vault");
  program = (await ensureVault(() => undefined)).vaultDevServer;
});
afterAll(async () => {
  await stopVault(directory);
  await removeTestDirectory(directory);
});

const self = (vault: VaultClient) => vault.request("GET", "auth/token/lookup-self");

describe("the lab's Vault", () => {
  it("starts once, and is found again with its token", async () => {
    const vault = await startVault(program, { directory });
    expect(await self(vault)).toMatchObject({ data: { policies: ["root"] } });
    expect(await startVault(program, { directory })).toEqual(vault);
    const port = Number(new URL(vault.address).port) + 1;
    await expect(startVault(program, { directory, port })).rejects.toThrow(/runs already, on port/);
  });

  it("says no to nobody, with its own words", async () => {
    const { address } = await startVault(program, { directory });
    await expect(self(new VaultClient(address))).rejects.toThrow(/lookup-self: Vault answers 403: .*permission denied/);
  });

  it("forgets everything when it is stopped, as often as one likes", async () => {
    const { address, token } = await startVault(program, { directory });
    await stopVault(directory);
    await stopVault(directory);
    await expect(self(new VaultClient(address, token))).rejects.toThrow("fetch failed");
    const anew = await startVault(program, { directory });
    await expect(self(new VaultClient(anew.address, token))).rejects.toThrow("403");
    expect(await self(anew)).toMatchObject({ data: { policies: ["root"] } });
  });

  it("tells why it cannot start", async () => {
    await stopVault(directory);
    await expect(startVault(program, { directory, host: "192.0.2.1" })).rejects.toThrow(/it ended.*192\.0\.2\.1/s);
  });
});
