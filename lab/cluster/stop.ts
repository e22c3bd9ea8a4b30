import { messageOf } from "@gtid-ferry/engine/operation";
import { Command } from "commander";
import { paths } from "../../toolchain/paths.js";
import { stopCluster } from "./index.js";

async function stop({ directory }: { readonly directory: string }): Promise<void> {
  await stopCluster({ directory, progress: (line) => console.log(line) });
  console.log(`nothing of the cluster in ${directory} runs any more, and its data are removed`);
}

new Command("npm run lab:cluster:stop --")
  .description("Ends everything of a cluster that lab:cluster started, in whatever state it is, and removes its data.")
  .option("--directory <path>", "the one that was given to lab:cluster", paths.cluster)
  .action(stop)
  .parseAsync()
  .catch((error: unknown) => {
    console.error(messageOf(error));
    process.exitCode = 1;
  });
