import { z } from "zod";
import { GONE_VARIABLES, leaveBetween, type MysqlServer, type ServerVersion, seriesOf } from "../../mysql/index.js";
import { checkOn, type Finding } from "../../operation/index.js";
import { judge } from "../checks/judge.js";
import { enumerate } from "../listing.js";
import { listing } from "../observe/bounded.js";
import type { PlannedTarget } from "../planned-target.js";
import { UPGRADE_RULES } from "./rules.js";

const row = z.object({ total: z.number(), what: z.string() });

/** What of a source's data, accounts and programs a later release will not take, or not take in the same way. */
export async function checkUpgrade(source: MysqlServer, from: ServerVersion, to: ServerVersion): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const { check: name, wanted, severity, query, next } of UPGRADE_RULES) {
    const sql = query(from, to);
    if (sql === undefined) continue;
    const check = checkOn(source.label, name, wanted);
    const found = await listing(source, sql, [], row);
    findings.push(
      judge(check, found, ({ rows, total }) => {
        const names = rows.map(({ what }) => what.replaceAll(/\s+/g, " "));
        return total === 0 ? check.ok("none") : check[severity](enumerate(names, total), next(from, to));
      }),
    );
  }
  return findings;
}

/** Settings that a user wants for the target and its release does not have: mysqld would not start. */
export function checkPlannedSettings(source: string, from: ServerVersion, planned: PlannedTarget): Finding[] {
  const { version: to, settings, name } = planned;
  if (to === undefined) return [];
  const gone = leaveBetween(GONE_VARIABLES, from, to).filter((variable) => settings.has(variable));
  const check = checkOn(source, "target-settings", `settings that ${name} has`);
  if (gone.length === 0) return [check.ok("none that is known to be gone")];
  return [
    check.blocker(
      enumerate(gone),
      `take them out: ${seriesOf(to)} does not start with a setting that it does not know`,
    ),
  ];
}
