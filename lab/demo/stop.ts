import { messageOf } from "@gtid-ferry/engine/operation";
import { stopLab } from "../lab.js";

/** Ends every process that the demo started, the migration's target included; data and state stay. */
stopLab({ progress: (line) => console.log(line) }).catch((error: unknown) => {
  console.error(messageOf(error));
  process.exitCode = 1;
});
