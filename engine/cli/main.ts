#!/usr/bin/env node
import { Command, CommanderError } from "commander";
import { messageOf } from "../operation/index.js";
import { accessCommand } from "./access-command.js";
import { errantsCommand } from "./errants-command.js";
import { EXIT_CODE } from "./exit-code.js";
import { failoverCommand } from "./failover-command.js";
import { preflightCommand } from "./preflight-command.js";
import { rebuildCommand } from "./rebuild-command.js";
import { statusCommand } from "./status-command.js";
import { switchoverCommand } from "./switchover-command.js";
import { topologyCommand } from "./topology-command.js";
import { verifyCommand } from "./verify-command.js";
import { watchCommand } from "./watch-command.js";

const program = new Command("ferry")
  .description("moves a live MySQL database by GTID: the parts that are of use by themselves")
  .addCommand(preflightCommand())
  .addCommand(errantsCommand())
  // Options after a command within a command are that one's.
  .enablePositionalOptions()
  .addCommand(verifyCommand())
  .addCommand(rebuildCommand())
  .addCommand(topologyCommand())
  .addCommand(statusCommand())
  .addCommand(switchoverCommand())
  .addCommand(failoverCommand())
  .addCommand(watchCommand())
  .addCommand(accessCommand())
  .exitOverride();
for (const command of program.commands) command.exitOverride();

program.parseAsync().catch((error: unknown) => {
  // Commander has printed its own message, and has asked for 0 where it printed help.
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? 0 : EXIT_CODE.usageOrUnreachable;
    return;
  }
  console.error(messageOf(error));
  process.exitCode = EXIT_CODE.usageOrUnreachable;
});
