import { join } from "node:path";
import { paths } from "../toolchain/paths.js";

/** Where the lab keeps its servers. */
export const labPaths = {
  source: join(paths.lab, "source"),
  haproxy: join(paths.lab, "haproxy"),
  s3: join(paths.lab, "s3"),
  /** Of the migration's local target, which the lab neither makes nor starts. */
  target: join(paths.lab, "target"),
  /** Where that target's process.json is. */
  targetRun: join(paths.lab, "target", "run"),
  /** One directory for each run. */
  workload: join(paths.lab, "workload"),
} as const;
