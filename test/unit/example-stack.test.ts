import { readFileSync } from "node:fs";
import { load } from "js-yaml";
import { expect, it } from "vitest";
import { z } from "zod";
import { loadConfiguration } from "../../components/configuration.js";

const defaults = z.object({ config: z.record(z.string(), z.object({ default: z.unknown() }).partial()) });
const stack = z.object({ config: z.record(z.string(), z.unknown()) });

it("shows a stack of platform aws that only lacks its secrets", () => {
  const project = defaults.parse(load(readFileSync("Pulumi.yaml", "utf8"))).config;
  const example = stack.parse(load(readFileSync("Pulumi.example-aws.yaml", "utf8"))).config;
  expect(Object.keys(example).filter((key) => !(key in project))).toEqual([]);
  const values = Object.fromEntries(
    Object.entries(project).map(([key, { default: value }]) => [key, example[key] ?? value]),
  );
  const configuration = loadConfiguration((key) => {
    const value = values[`gtid-ferry:${key}`];
    return value === undefined ? undefined : String(value);
  });
  expect(configuration).toMatchObject({
    platform: "aws",
    phase: "prepare",
    sourceAccount: { accountId: "111111111111" },
    vault: { kvMount: "kv" },
  });
});
