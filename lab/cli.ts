import { messageOf } from "@gtid-ferry/engine/operation";
import { Command } from "commander";
import { addDataCommands } from "./commands/data-commands.js";
import { progress } from "./commands/output.js";
import { addServerCommands } from "./commands/server-commands.js";

const program = new Command("lab").description(
  "real MySQL servers, S3, data and writes on this machine, in .ferry/lab",
);
addServerCommands(program);
addDataCommands(program);

program.parseAsync().catch((error: unknown) => {
  progress(messageOf(error));
  process.exitCode = 1;
});
