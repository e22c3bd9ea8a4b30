import { rm } from "node:fs/promises";
import { type Progress, silent } from "@gtid-ferry/engine/operation";
import { restoreSource } from "@gtid-ferry/engine/preparation";
import { withRoutes } from "@gtid-ferry/engine/traffic";
import { LAB_HOST } from "../defaults.js";
import { findServer, type Lab, stopServer } from "../lab.js";
import { labPaths } from "../lab-paths.js";
import type { DemoStack } from "./stack.js";

/**
 * Makes a lab whose last demo was finalized as it was before: the new database is removed, and the old source is made
 * the primary of its own data again, which no user of gtid-ferry should ever do with a finalized source.
 */
export async function beginAnew(lab: Lab, stack: DemoStack, progress: Progress): Promise<void> {
  if (!(await isFinalized(lab))) return;
  progress("the last demo was finalized: beginning anew with the same source");
  // Nothing is destroyed while the new database is down, e.g. after `npm run demo:stop`.
  if (findServer("target")?.running !== true) await stack.up("finalize");
  await stack.destroy();
  const target = findServer("target");
  if (target !== undefined) await stopServer(target, progress);
  await rm(labPaths.target, { recursive: true, force: true });
  await lab.source.rootQuery(
    "SET GLOBAL super_read_only = 0",
    "SET GLOBAL read_only = 0",
    "SET GLOBAL event_scheduler = ON",
    "SET sql_log_bin = 0",
    "DROP TABLE gtid_ferry.switchover",
  );
  await withRoutes([lab.haproxy.route], silent, async (routes) => {
    for (const route of routes) await route.lead("source");
  });
  await restoreSource(
    {
      source: lab.source.administrator(),
      replicationAccount: { user: "gtid_ferry_repl", host: LAB_HOST },
      replicationRequiresTls: true,
      binlogRetentionSeconds: 0,
      gtidEnabling: "online",
      consistencyWatchSeconds: 0,
      stepTimeoutSeconds: 60,
      backupMethod: "clone",
    },
    progress,
  );
}

async function isFinalized(lab: Lab): Promise<boolean> {
  const [journal] = await lab.source.rootQuery(
    "SELECT COUNT(*) AS found FROM information_schema.TABLES WHERE TABLE_SCHEMA = 'gtid_ferry' AND TABLE_NAME = 'switchover'",
  );
  if (journal?.found !== 1) return false;
  const rows = await lab.source.rootQuery(
    "SELECT number FROM gtid_ferry.switchover WHERE finalized_at IS NOT NULL LIMIT 1",
  );
  return rows.length > 0;
}
