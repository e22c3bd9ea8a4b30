import type { Interval } from "./interval.js";
import { MalformedGtidSetError } from "./malformed-gtid-set-error.js";

/** Intervals as they were read, by UUID and then by tag, both in lower case; `""` is no tag. */
export type ParsedGtidSet = Map<string, Map<string, Interval[]>>;

/** MySQL's greatest transaction number is one less than 2^63 - 1 (measured on 9.7.4). */
export const GREATEST_NUMBER = 2n ** 63n - 2n;

const SPACE = /\s*/y;
const UUID =
  /\{([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{32}/iy;
const NUMBER = /\d+/y;
const TAG = /[a-z_][a-z0-9_]*/iy;
const LONGEST_TAG = 32;

/**
 * Reads a GTID set exactly as MySQL does, tags included. Like MySQL it takes superfluous commas, white space between
 * all parts, a UUID without intervals and an interval that ends before it starts; the last two add nothing.
 */
export function parseGtidSet(text: string): ParsedGtidSet {
  const reader = new Reader(text);
  const sets: ParsedGtidSet = new Map();
  for (;;) {
    while (reader.take(",")) {
      // MySQL ignores superfluous commas.
    }
    if (reader.atEnd()) return sets;
    readUuidSet(reader, sets);
    if (!reader.atEnd() && !reader.sees(",")) throw reader.malformed('"," or ":"');
  }
}

function readUuidSet(reader: Reader, sets: ParsedGtidSet): void {
  const uuid = canonicalUuid(reader.match(UUID) ?? reader.fail("a UUID"));
  const tags = getOrAdd(sets, uuid, () => new Map<string, Interval[]>());
  let tag = "";
  while (reader.take(":")) {
    const name = reader.match(TAG);
    if (name === undefined) {
      const interval = readInterval(reader);
      if (interval !== undefined) getOrAdd(tags, tag, () => []).push(interval);
    } else if (name.length > LONGEST_TAG) {
      throw reader.malformed(`a tag of at most ${LONGEST_TAG} characters`, name.length);
    } else tag = name.toLowerCase();
  }
}

function readInterval(reader: Reader): Interval | undefined {
  const start = readNumber(reader);
  if (start === 0n) throw reader.malformed(`a number from 1 to ${GREATEST_NUMBER}`, 1);
  const end = reader.take("-") ? readNumber(reader) : start;
  return start <= end ? { start, end } : undefined;
}

function readNumber(reader: Reader): bigint {
  const digits = reader.match(NUMBER) ?? reader.fail("a number or a tag");
  const number = BigInt(digits);
  if (number > GREATEST_NUMBER) throw reader.malformed(`a number from 1 to ${GREATEST_NUMBER}`, digits.length);
  return number;
}

function canonicalUuid(text: string): string {
  const hex = text.replaceAll(/[{}-]/g, "").toLowerCase();
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

function getOrAdd<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}

/** A place in a text that moves over what it takes and over the white space after it. */
class Reader {
  private position = 0;

  constructor(private readonly text: string) {
    this.skipSpace();
  }

  atEnd(): boolean {
    return this.position === this.text.length;
  }

  sees(character: string): boolean {
    return this.text[this.position] === character;
  }

  take(character: string): boolean {
    if (!this.sees(character)) return false;
    this.position += 1;
    this.skipSpace();
    return true;
  }

  /** Takes what a sticky pattern matches here. */
  match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.position;
    const found = pattern.exec(this.text)?.[0];
    if (found === undefined) return undefined;
    this.position += found.length;
    this.skipSpace();
    return found;
  }

  fail(expected: string): never {
    throw this.malformed(expected);
  }

  /** An error at the present place or, when what is wrong was taken already, where those `length` characters began. */
  malformed(expected: string, length = 0): MalformedGtidSetError {
    const before = this.text.slice(0, this.position);
    const position = length === 0 ? this.position : before.trimEnd().length - length;
    return new MalformedGtidSetError(this.text, position, expected);
  }

  private skipSpace(): void {
    SPACE.lastIndex = this.position;
    this.position += SPACE.exec(this.text)?.[0].length ?? 0;
  }
}
