import { messageOf } from "@gtid-ferry/engine/operation";
import { stopCluster } from "./index.js";

/** Ends everything of the cluster that main.ts started, and removes its data. */
stopCluster({ progress: (line) => console.log(line) }).then(
  () => console.log("the cluster is stopped"),
  (error: unknown) => {
    console.error(messageOf(error));
    process.exitCode = 1;
  },
);
