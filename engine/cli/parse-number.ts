import { InvalidArgumentError } from "commander";

/** Reads a number above 0, as an option's value. */
export function parsePositive(text: string): number {
  if (!/^\d+(\.\d+)?$/.test(text) || Number(text) === 0) {
    throw new InvalidArgumentError("It should be a number above 0.");
  }
  return Number(text);
}
