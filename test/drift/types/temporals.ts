import type { Random } from "../random.js";
import { shuffled, type TypeMaker } from "./column-type.js";

const FRACTION = "000001";

/** Fraction digits, and a value's last digit there. */
function fractions(random: Random) {
  const digits = random.pick([0, 0, 3, 6]);
  const isFine = digits > 0;
  const end = (text: string) => (isFine ? `'${text}.${FRACTION.slice(6 - digits)}'` : `'${text}'`);
  return { digits, suffix: isFine ? `(${digits})` : "", end };
}

const pad = (number: number, width = 2) => String(number).padStart(width, "0");
const dayOf = (n: number) => new Date(Date.UTC(1990, 0, 1) + shuffled(n) * 86_400_000).toISOString().slice(0, 10);

const date: TypeMaker = () => ({
  name: "date",
  definition: "DATE",
  reading: "printed",
  key: "whole",
  cuts: true,
  value: (values) =>
    values.pick(["'0000-00-00'", "'2024-00-15'", "'2024-02-31'", "'1000-01-01'", "'9999-12-31'", "'0000-01-01'"]),
  nth: (n) => (n % 50 === 7 ? `'2024-02-3${n % 2}'` : `'${dayOf(n)}'`),
  pairs: [
    ["'2026-01-01'", "'2026-01-02'"],
    ["'0000-00-00'", "'0000-00-01'"],
    ["'2024-02-30'", "'2024-02-31'"],
  ],
  defaults: ["'2026-01-01'"],
  wider: [],
  partitionBy: "columns",
});

const time: TypeMaker = (random) => {
  const { digits, suffix, end } = fractions(random);
  return {
    name: "time",
    definition: `TIME${suffix}`,
    reading: "printed",
    key: "whole",
    cuts: true,
    value: (values) => values.pick(["'-838:59:59'", "'838:59:59'", "'00:00:00'", end("-00:00:00"), end("12:30:00")]),
    nth: (n) => {
      const seconds = shuffled(n) * 301;
      const text = `${n % 3 === 0 ? "-" : ""}${Math.floor(seconds / 3600)}:${pad(Math.floor(seconds / 60) % 60)}:${pad(seconds % 60)}`;
      return `'${text}'`;
    },
    pairs: [
      [end("-00:00:00"), "'00:00:01'"],
      ["'00:00:00'", digits === 0 ? "'00:00:01'" : end("00:00:00")],
    ],
    defaults: ["'12:00:00'"],
    wider: digits === 0 ? ["TIME(3)"] : [],
  };
};

const datetime: TypeMaker = (random) => {
  const { digits, suffix, end } = fractions(random);
  const now = `CURRENT_TIMESTAMP${suffix}`;
  return {
    name: "datetime",
    definition: `DATETIME${suffix}`,
    reading: "printed",
    key: "whole",
    cuts: true,
    value: (values) =>
      values.pick([
        ...["'0000-00-00 00:00:00'", "'2024-02-31 12:00:00'", "'9999-12-31 23:59:59'", "'0000-00-01 00:00:00'"],
        ...["'1000-01-01 00:00:00'", end("2026-03-29 02:30:00")],
      ]),
    nth: (n) => `'${dayOf(n)} ${pad(n % 24)}:${pad(shuffled(n) % 60)}:00'`,
    pairs: [["'2026-01-01 00:00:00'", digits === 0 ? "'2026-01-01 00:00:01'" : end("2026-01-01 00:00:00")]],
    defaults: ["'2026-01-01 00:00:00'", now, `${now} ON UPDATE ${now}`],
    wider: digits === 0 ? ["DATETIME(6)"] : [],
    partitionBy: "columns",
  };
};

const timestamp: TypeMaker = (random) => {
  const { digits, suffix, end } = fractions(random);
  const now = `CURRENT_TIMESTAMP${suffix}`;
  return {
    name: "timestamp",
    definition: `TIMESTAMP${suffix}`,
    reading: "printed",
    key: "whole",
    cuts: true,
    value: (values) =>
      values.pick([
        ...["'0000-00-00 00:00:00'", "'1970-01-01 00:00:01'", "'2038-01-19 03:14:07'"],
        end("2026-10-25 01:30:00"),
      ]),
    nth: (n) => `'${dayOf(n)} ${pad(n % 24)}:${pad(shuffled(n) % 60)}:00'`,
    pairs: [
      ["'2026-01-01 00:00:00'", digits === 0 ? "'2026-01-01 00:00:01'" : end("2026-01-01 00:00:00")],
      // One hour apart where clocks are put back: the same local time in such a zone.
      ["'2026-10-25 00:30:00'", "'2026-10-25 01:30:00'"],
    ],
    defaults: ["'2026-01-01 00:00:00'", now, `${now} ON UPDATE ${now}`],
    wider: digits === 0 ? ["TIMESTAMP(6)"] : [],
  };
};

export const TEMPORAL_TYPES: Readonly<Record<string, TypeMaker>> = { date, time, datetime, timestamp };
