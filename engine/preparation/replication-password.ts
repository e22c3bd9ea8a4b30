import { randomInt } from "node:crypto";

/** MySQL's limit for SOURCE_PASSWORD. */
const LENGTH = 32;
const CLASSES = ["ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz", "0123456789", "-_.+!"] as const;

/** A password that any validate_password policy accepts: 32 characters with all four classes. */
export function generateReplicationPassword(): string {
  const everything = CLASSES.join("");
  const characters = Array.from({ length: LENGTH }, (_, index) => pick(CLASSES[index] ?? everything));
  for (let last = characters.length - 1; last > 0; last -= 1) {
    const other = randomInt(last + 1);
    [characters[last], characters[other]] = [characters[other] ?? "", characters[last] ?? ""];
  }
  return characters.join("");
}

function pick(alphabet: string): string {
  return alphabet.charAt(randomInt(alphabet.length));
}
