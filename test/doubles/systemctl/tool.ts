import { GetoptError, getoptLong, type LongOption } from "../glibc/getopt-long.js";

const OPTIONS: readonly LongOption[] = [
  ...["all", "value", "no-pager", "quiet", "no-legend", "full", "user", "system"].map(
    (name): LongOption => ({ name, argument: "none" }),
  ),
  { name: "property", argument: "required", short: "p" },
  { name: "type", argument: "required", short: "t" },
  { name: "output", argument: "required", short: "o" },
];

interface Manager {
  /** Undefined for a unit that is not loaded. */
  mainPid(unit: string): number | undefined;
  print(text: string): void;
  log(line: string): void;
}

/** `systemctl show --property=MainPID UNIT` (systemd src/systemctl/systemctl-show.c): no such unit is no error, its MainPID is 0. */
export function systemctl([verb = "", ...words]: readonly string[], { mainPid, print, log }: Manager): number {
  try {
    if (verb.startsWith("-")) getoptLong("systemctl", [verb], OPTIONS);
    if (verb !== "show") {
      log(`Unknown command verb ${verb}.`);
      return 1;
    }
    const { given, rest } = getoptLong("systemctl", words, OPTIONS);
    const [unit] = rest;
    if (unit === undefined || given.every(({ name, value }) => name !== "property" || value !== "MainPID")) {
      throw new Error("this double knows the MainPID of one unit only");
    }
    print(`MainPID=${mainPid(unit) ?? 0}\n`);
    return 0;
  } catch (error) {
    if (!(error instanceof GetoptError)) throw error;
    log(error.message);
    return 1;
  }
}
