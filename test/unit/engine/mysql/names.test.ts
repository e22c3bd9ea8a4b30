import { nameKey, parseName, showName } from "@gtid-ferry/engine/mysql";
import fc from "fast-check";
import { describe, expect, it } from "vitest";

const part = fc.string({ minLength: 1, maxLength: 8, unit: "grapheme" }).filter((text) => !text.includes("\0"));
const parts = fc.array(part, { minLength: 1, maxLength: 3 });

describe("a name of several parts", () => {
  it("is shown so that it can be read again, whatever is in it", () => {
    fc.assert(
      fc.property(parts, (name) => {
        expect(parseName(showName(name))).toEqual(name);
      }),
    );
  });

  it("has the key and the text of no other name", () => {
    fc.assert(
      fc.property(parts, parts, (one, other) => {
        fc.pre(JSON.stringify(one) !== JSON.stringify(other));
        expect(nameKey(one)).not.toBe(nameKey(other));
        expect(showName(one)).not.toBe(showName(other));
      }),
    );
  });

  it.each([
    ["shop.orders", ["shop", "orders"]],
    ["my-db.orders", ["my-db", "orders"]],
    ["`shop.x`.`y``z`", ["shop.x", "y`z"]],
    ["shop", ["shop"]],
  ])("reads %s", (text, name) => expect(parseName(text)).toEqual(name));

  it.each(["", ".", "shop.", ".orders", "`shop", "a`b", "``"])("refuses %j", (text) =>
    expect(() => parseName(text)).toThrow("not a name"),
  );

  it.each([
    [["shop", "orders"], "shop.orders"],
    [["shop", "x.y"], "shop.`x.y`"],
    [["2024", "a b"], "`2024`.`a b`"],
    [["größe"], "größe"],
  ])("shows %j", (name, text) => expect(showName(name)).toBe(text));
});
