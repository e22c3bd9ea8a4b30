import type { Column } from "../../tables/index.js";

/** Places of a column's values between two of them as whole numbers, so that a point between them can be chosen. */
export interface KeyScale {
  readonly low: bigint;
  readonly high: bigint;
  /** Whether each number is one value; else many values may share one. */
  readonly isExact: boolean;
  /** A value of the column, as a KeyValue has it, at that place. */
  valueAt(place: bigint): string;
}

const INTEGERS = new Set(["tinyint", "smallint", "mediumint", "int", "bigint", "year", "bit", "enum", "set"]);
const BYTES = new Set(["binary", "varbinary"]);
const TEXTS = new Set(["char", "varchar"]);
/** Others would need their own code for digits and letters. */
const ASCII_COMPATIBLE = new Set(["ascii", "latin1", "utf8mb3", "utf8mb4"]);
const CHARACTERS = "0123456789abcdefghijklmnopqrstuvwxyz";
const PLACES = 8;
const FIRST_DAY = "0001-01-01";

/**
 * The scale from `low` to `high`, as KeyValues have them; undefined for types without one. No bound has to be a value
 * that a row has, and their order has to be the column's only as a rule: ranges between bounds that are not in order
 * overlap, and miss nothing.
 */
export function keyScale({ type, characterSet }: Column, low: string, high: string): KeyScale | undefined {
  if (INTEGERS.has(type)) return scale(low, high, true, BigInt, String);
  if (type === "decimal") return scale(low, high, false, (text) => BigInt(text.split(".")[0] ?? "0"), String);
  if (type === "date")
    return scale(low, high, true, dayOf, (place) => dateOf(place < DAYS_BEFORE ? DAYS_BEFORE : place));
  if (type === "datetime" || type === "timestamp") return scale(low, high, true, microsecondOf, momentOf);
  if (BYTES.has(type)) return bytesScale(low, high);
  if (TEXTS.has(type) && ASCII_COMPATIBLE.has(characterSet ?? "")) return textScale(low, high);
  return undefined;
}

function scale(
  low: string,
  high: string,
  isExact: boolean,
  placeOf: (text: string) => bigint,
  valueAt: (place: bigint) => string,
): KeyScale {
  return { low: placeOf(low), high: placeOf(high), isExact, valueAt };
}

/** Days since 1970; invalid dates such as 2024-02-30 and zeros lie near their neighbours. */
function dayOf(text: string): bigint {
  const [year = 0, month = 0, day = 0] = text.slice(0, 10).split("-").map(Number);
  // Date.UTC would take the year 24 for 1924.
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  return BigInt(Math.floor(date.getTime() / 86_400_000));
}

const DAYS_BEFORE = dayOf(FIRST_DAY);
const DAY_MICROSECONDS = 86_400_000_000n;

function dateOf(day: bigint): string {
  return new Date(Number(day) * 86_400_000).toISOString().slice(0, 10);
}

function microsecondOf(text: string): bigint {
  const [hours = 0, minutes = 0, seconds = 0] = text.slice(11).split(":").map(Number);
  return dayOf(text) * DAY_MICROSECONDS + BigInt(Math.round(((hours * 60 + minutes) * 60 + seconds) * 1e6));
}

function momentOf(place: bigint): string {
  const first = DAYS_BEFORE * DAY_MICROSECONDS;
  const within = place < first ? first : place;
  const rest = ((within % DAY_MICROSECONDS) + DAY_MICROSECONDS) % DAY_MICROSECONDS;
  const day = (within - rest) / DAY_MICROSECONDS;
  const seconds = Number(rest / 1_000_000n);
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const fraction = String(rest % 1_000_000n).padStart(6, "0");
  return `${dateOf(day)} ${parts.map((part) => String(part).padStart(2, "0")).join(":")}.${fraction}`;
}

/** By the first bytes in which the two differ. */
function bytesScale(low: string, high: string): KeyScale {
  const common = commonPrefix(low, high) & ~1;
  const placeOf = (hex: string) => BigInt(`0x${hex.slice(common, common + 2 * PLACES).padEnd(2 * PLACES, "0")}`);
  const valueAt = (place: bigint) =>
    `${low.slice(0, common)}${place
      .toString(16)
      .padStart(2 * PLACES, "0")
      .toUpperCase()}`;
  return { low: placeOf(low), high: placeOf(high), isExact: false, valueAt };
}

/** By the first characters in which the two differ, as far as they are digits and letters. */
function textScale(low: string, high: string): KeyScale {
  const [lowText, highText] = [asciiText(low), asciiText(high)];
  let common = commonPrefix(lowText, highText);
  // Not within a character of several bytes.
  while (common > 0 && isContinuation(lowText[common]) && isContinuation(highText[common])) common -= 1;
  const base = BigInt(CHARACTERS.length + 1);
  const placeOf = (text: string) => {
    let place = 0n;
    for (let index = 0; index < PLACES; index += 1) place = place * base + BigInt(rankOf(text[common + index]));
    return place;
  };
  const valueAt = (place: bigint) => {
    const ranks = Array.from({ length: PLACES }, (_, index) =>
      Number((place / base ** BigInt(PLACES - 1 - index)) % base),
    );
    // Rank 0 is the end of the text or what comes before digits: the value ends there.
    const end = ranks.indexOf(0);
    const text = ranks.slice(0, end === -1 ? PLACES : end).map((rank) => CHARACTERS[rank - 1] ?? "");
    return `${low.slice(0, 2 * common)}${Buffer.from(text.join(""), "latin1").toString("hex").toUpperCase()}`;
  };
  return { low: placeOf(lowText), high: placeOf(highText), isExact: false, valueAt };
}

/** A character for each byte; only ASCII letters become small, since others may be parts of a character. */
function asciiText(hex: string): string {
  const text = Buffer.from(hex, "hex").toString("latin1");
  return text.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase());
}

/** Of a character in UTF-8. */
function isContinuation(character: string | undefined): boolean {
  return character !== undefined && character >= "\x80" && character <= "\xbf";
}

function rankOf(character: string | undefined): number {
  if (character === undefined || character < "0") return 0;
  const rank = CHARACTERS.indexOf(character);
  if (rank >= 0) return rank + 1;
  return character < "a" ? 11 : CHARACTERS.length;
}

function commonPrefix(one: string, other: string): number {
  let length = 0;
  while (length < one.length && one[length] === other[length]) length += 1;
  return length;
}
