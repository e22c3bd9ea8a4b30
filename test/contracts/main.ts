import { messageOf, silent } from "@gtid-ferry/engine/operation";
import { ensureToolchain } from "../../toolchain/toolchain.js";
import { runContracts } from "./run.js";

/** The contracts of the doubles alone. */
async function main(): Promise<number> {
  const { environment } = await ensureToolchain(silent);
  return runContracts(environment, process.argv.slice(2));
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    console.error(messageOf(error));
    process.exitCode = 1;
  },
);
