import { runtime } from "@pulumi/pulumi";
import { describe, expect, it } from "vitest";
import { diffByTable, hasUnknown, sameJson, toCreateError } from "../../../dynamic-providers/provider-support.js";
import { FerryError, PartialFailure } from "../../../engine/operation/index.js";

const UNKNOWN = (runtime as unknown as { unknownValue: string }).unknownValue;

describe("hasUnknown", () => {
  it("finds Pulumi's own placeholder at any depth", () => {
    expect(hasUnknown({ a: [{ b: UNKNOWN }] })).toBe(true);
    expect(hasUnknown({ a: [{ b: "known" }], c: null })).toBe(false);
  });
});

describe("sameJson", () => {
  it.each([
    [{ a: 1, b: [1, 2] }, { b: [1, 2], a: 1 }, true],
    [{ a: undefined }, {}, true],
    [{ a: null }, {}, false],
    [[1, 2], [2, 1], false],
    [[], {}, false],
    ["1", 1, false],
  ])("%o and %o: %s", (a, b, expected) => {
    expect(sameJson(a, b)).toBe(expected);
  });
});

describe("diffByTable", () => {
  const effects = { port: "replace", password: "update" } as const;
  const olds = { port: 1, password: "a", other: 1, __provider: "code" };

  it("ignores what is not in the table", () => {
    expect(diffByTable(olds, { ...olds, other: 2 }, effects, false)).toMatchObject({ changes: false, replaces: [] });
  });

  it("replaces, updates, and takes an unknown for a change", () => {
    expect(diffByTable(olds, { ...olds, port: 2 }, effects, false)).toMatchObject({
      changes: true,
      replaces: ["port"],
    });
    expect(diffByTable(olds, { ...olds, password: "b" }, effects, false)).toMatchObject({
      changes: true,
      replaces: [],
    });
    expect(diffByTable(olds, { ...olds, port: UNKNOWN }, effects, false)).toMatchObject({ replaces: ["port"] });
  });

  it("updates for drift and for a new shell", () => {
    expect(diffByTable(olds, olds, effects, true)).toMatchObject({ changes: true, replaces: [] });
    expect(diffByTable(olds, { ...olds, __provider: "new" }, effects, false)).toMatchObject({ changes: true });
  });
});

describe("toCreateError", () => {
  const problem = { failed: "f", where: "w", seen: "s", wanted: "x", next: "n" };

  it("is a plain error where nothing exists yet", () => {
    const error = toCreateError(new FerryError(problem), "id", { input: 1 });
    expect(Object.keys(error)).toEqual([]);
    expect(error.message).toBe(new FerryError(problem).message);
  });

  it("hands id and properties to the state where something exists", () => {
    const cause = new FerryError(problem);
    const error = toCreateError(new PartialFailure({ made: true }, cause), "id", { input: 1 });
    expect(error).toMatchObject({
      id: "id",
      properties: { input: 1, made: true },
      reasons: [cause.message],
      message: cause.message,
    });
  });
});
