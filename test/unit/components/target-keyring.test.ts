import { describe, expect, it } from "vitest";
import type { Configuration } from "../../../components/configuration";
import { targetKeyring } from "../../../components/target-keyring";

describe("targetKeyring", () => {
  it.each([
    [{ platform: "local" }, undefined],
    [{ platform: "local", targetKeyringConfig: "/srv/component_keyring_file.cnf" }, "component_keyring_file"],
    [{ platform: "kubernetes", chartValues: {} }, undefined],
    [{ platform: "kubernetes", chartValues: { keyring: "x" } }, undefined],
    [{ platform: "kubernetes", chartValues: { keyring: { component: "" } } }, undefined],
    [
      { platform: "aws", chartValues: { keyring: { component: "component_keyring_kms", secretName: "keys" } } },
      "component_keyring_kms",
    ],
  ])("of %j is %s", (configuration, wanted) => {
    expect(targetKeyring(configuration as unknown as Configuration)).toBe(wanted);
  });
});
