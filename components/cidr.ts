import { isIPv4 } from "node:net";

/** An IPv4 CIDR block, its address as a number. */
export interface Cidr {
  readonly address: number;
  readonly prefixLength: number;
}

/** Undefined when the text is no IPv4 CIDR block. */
export function parseCidr(text: string): Cidr | undefined {
  const [, address = "", prefixLength = ""] = /^([\d.]+)\/(\d|[12]\d|3[0-2])$/.exec(text) ?? [];
  if (!isIPv4(address)) return undefined;
  const number = address.split(".").reduce((sum, octet) => sum * 256 + Number(octet), 0);
  return { address: number, prefixLength: Number(prefixLength) };
}

/** Whether the address is not the first one of the block. */
export function hasHostBits(cidr: Cidr): boolean {
  return cidr.address % size(cidr) !== 0;
}

export function overlap(one: Cidr, other: Cidr): boolean {
  return first(one) < first(other) + size(other) && first(other) < first(one) + size(one);
}

function first(cidr: Cidr): number {
  return cidr.address - (cidr.address % size(cidr));
}

function size({ prefixLength }: Cidr): number {
  return 2 ** (32 - prefixLength);
}
