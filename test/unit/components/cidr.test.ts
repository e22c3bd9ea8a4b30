import { BlockList } from "node:net";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Cidr, hasHostBits, overlap, parseCidr } from "../../../components/cidr.js";

const cidr = fc.record({ address: fc.integer({ min: 0, max: 2 ** 32 - 1 }), prefixLength: fc.nat(32) });
const dotted = (address: number) => [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join(".");
const textOf = ({ address, prefixLength }: Cidr) => `${dotted(address)}/${prefixLength}`;
const listOf = ({ address, prefixLength }: Cidr) => {
  const list = new BlockList();
  list.addSubnet(dotted(address), prefixLength);
  return list;
};

describe("parseCidr", () => {
  it("reads what it is given as text", () => {
    fc.assert(
      fc.property(cidr, (block) => {
        expect(parseCidr(textOf(block))).toEqual({ ...block });
      }),
    );
  });

  it.each(["", "10.0.0.0", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/016", "10.0.0/16", "10.0.0.256/16", "010.0.0.0/16"])(
    "knows %j as no block",
    (text) => {
      expect(parseCidr(text)).toBeUndefined();
    },
  );

  it.each([" 10.0.0.0/16", "10.0.0.0/16\n", "10.0.0.0/16/8", "fd00::/8", "10.0.0.0/-1", "10.0.0.0/1e1"])(
    "knows %j as no block either",
    (text) => {
      expect(parseCidr(text)).toBeUndefined();
    },
  );
});

describe("overlap", () => {
  it.each([
    ["10.20.0.0/16", "10.10.0.0/16", false],
    ["10.20.0.0/16", "10.20.255.0/24", true],
    ["10.20.0.0/16", "10.21.0.0/16", false],
    ["10.20.0.0/15", "10.21.0.0/16", true],
    ["0.0.0.0/0", "255.255.255.255/32", true],
    ["10.0.0.0/16", "10.0.0.0/16", true],
  ])("of %s and %s is %s", (one, other, expected) => {
    const [a, b] = [parseCidr(one), parseCidr(other)];
    expect(a && b && overlap(a, b)).toBe(expected);
    expect(a && b && overlap(b, a)).toBe(expected);
  });

  it("is what Node's own list of blocks says", () => {
    const near = fc.tuple(cidr, cidr, fc.nat(32)).map(([one, other, shared]): [Cidr, Cidr] => {
      const size = 2 ** (32 - shared);
      const address = one.address - (one.address % size) + (other.address % size);
      return [one, { ...other, address }];
    });
    fc.assert(
      fc.property(near, ([one, other]) => {
        const contains = listOf(one).check(dotted(other.address)) || listOf(other).check(dotted(one.address));
        expect(overlap(one, other)).toBe(contains);
      }),
    );
  });
});

describe("hasHostBits", () => {
  it.each([
    ["10.20.0.0/16", false],
    ["10.20.0.1/16", true],
    ["10.20.1.0/16", true],
    ["10.20.0.1/32", false],
    ["128.0.0.0/0", true],
  ])("of %s is %s", (text, expected) => {
    const block = parseCidr(text);
    expect(block && hasHostBits(block)).toBe(expected);
  });
});
