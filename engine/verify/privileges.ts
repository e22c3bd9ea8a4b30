import type { MysqlServer } from "../mysql/index.js";
import { FerryError } from "../operation/index.js";
import { missingGlobally } from "../preflight/index.js";

/** MySQL simply hides what an account may not see: without these, two servers could look equal that are not. */
const NEEDED = ["SELECT", "SHOW VIEW", "TRIGGER", "EVENT"];

/** An error that names the missing privileges, unless the session sees everything that is compared. */
export async function assertSeesAll(server: MysqlServer): Promise<void> {
  const missing = await missingGlobally(server, NEEDED);
  if (missing.length === 0) return;
  throw new FerryError({
    failed: "comparing the data",
    where: server.label,
    seen: `the administrator lacks ${missing.join(", ")} ON *.*`,
    wanted: "an account that sees every row, view, trigger and event",
    next: `GRANT ${missing.join(", ")} ON *.* to the administrator there`,
  });
}
