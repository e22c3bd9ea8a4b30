import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { eventual } from "../../../components/eventual.js";

const schema = z.object({ password: eventual("the password", z.string().max(4, { error: "wanted at most 4" })) });

/** An output's insides, which Pulumi's types do not tell: where one promise fails, all do. */
interface Insides<T> {
  promise(): Promise<T>;
  readonly isKnown: Promise<boolean>;
  readonly isSecret: Promise<boolean>;
}

async function settledValue<T>(output: pulumi.Output<T>): Promise<T> {
  const insides = output as unknown as Insides<T>;
  const [value] = await Promise.allSettled([insides.promise(), insides.isKnown, insides.isSecret]);
  if (value.status === "rejected") throw value.reason;
  return value.value;
}

describe("an argument that may be known only later", () => {
  it.each([["toolong"], [undefined]])("is refused at once where it is known: %s", (password) => {
    const result = schema.safeParse({ password });
    expect(result.error?.issues.map(({ path }) => path)).toEqual([["password"]]);
    expect(JSON.stringify(result.error)).not.toContain("toolong");
  });

  it.each([
    ["a promise", (text: string) => Promise.resolve(text)],
    ["an output", (text: string) => pulumi.output(text)],
    ["a secret", (text: string) => pulumi.secret(text)],
  ])("is checked once it is known: %s", async (_, later) => {
    expect(await settledValue(schema.parse({ password: later("fine") }).password)).toBe("fine");
    const { password } = schema.parse({ password: later("toolong") });
    await expect(settledValue(password)).rejects.toThrow(/^the password: wanted at most 4$/);
  });

  it("stays secret", async () => {
    const { password } = schema.parse({ password: pulumi.secret("hush") });
    expect(await pulumi.isSecret(password)).toBe(true);
  });
});
