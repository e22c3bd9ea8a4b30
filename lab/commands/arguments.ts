import { InvalidArgumentError } from "commander";
import type { MysqldSettings } from "../mysqld/index.js";

export function parseSettings(pairs: readonly string[]): MysqldSettings {
  return Object.fromEntries(
    pairs.map((pair) => {
      const [, name, value] = /^([\w-]+)=(.*)$/.exec(pair) ?? [];
      if (name === undefined || value === undefined) throw new InvalidArgumentError(`not name=value: ${pair}`);
      return [name, value];
    }),
  );
}

export function positive(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError("not a whole number above zero");
  return Number(text);
}

export function port(text: string): number {
  const number = positive(text);
  if (number > 65_535) throw new InvalidArgumentError("not a port");
  return number;
}

export function sourceOrTarget(text: string): "source" | "target" {
  if (text === "source" || text === "target") return text;
  throw new InvalidArgumentError("neither source nor target");
}
