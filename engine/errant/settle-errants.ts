import { GtidSet } from "../gtid/index.js";
import { MysqlServer } from "../mysql/index.js";
import { FerryError, type Progress } from "../operation/index.js";
import { type MigrationConnections, withEnds } from "../replication/index.js";
import { otherSide } from "../topology/index.js";
import { chooseRepair } from "./choose-repair.js";
import { CONFIRMATION_CHARACTERS } from "./confirmation.js";
import { DataComparison } from "./data-comparison.js";
import { injectEmpty } from "./inject.js";
import { type ErrantReport, reportErrants } from "./report.js";
import { resetHistory } from "./reset.js";

/** What is done about errant transactions without asking: nothing, or one of the repairs that leave the data alone. */
export type ErrantPolicy = "fail" | "inject-empty" | "reset";

export interface SettleRequest extends MigrationConnections {
  readonly policy: ErrantPolicy;
  /** What the user typed to confirm: the first 8 characters or more of each UUID, where the policy needs it. */
  readonly confirmation: string;
  /** Path of mysqlbinlog on this machine. @default the one on PATH */
  readonly mysqlbinlog?: string;
}

/**
 * Repairs the replica's errant transactions as declared, or leaves them to the caller's own checks with `fail`. What was
 * changed is compared first: a repair that would leave different data behind is refused unless it is confirmed.
 */
export async function settleErrants(request: SettleRequest, progress: Progress): Promise<void> {
  const { policy } = request;
  if (policy === "fail") return;
  const { side, primary: name } = await withEnds(request, async (ends) => ends);
  if (side === undefined) {
    progress(`${name} is the primary: for errant transactions of the source or the target see \`ferry errants\``);
    return;
  }
  const [from, to] = [request[side].connection, request[otherSide(side)].connection];
  const roles = { primary: side, replica: otherSide(side) };
  await MysqlServer.with(from, roles.primary, async (primary) => {
    const replica = await MysqlServer.connect(to, roles.replica, { batches: true });
    try {
      // Until a reset that was begun is completed, the history says nothing.
      if (policy === "reset") await resetHistory(replica, { errant: GtidSet.empty }, progress);
      const comparison = new DataComparison(from, to, progress);
      const report = await reportErrants(primary, replica, to, {
        isEqualOnSource: (tables) => comparison.isEqual(tables),
        ...(request.mysqlbinlog === undefined ? {} : { program: request.mysqlbinlog }),
      });
      const situation = { primaryIsReachable: true, allDataIsEqual: false };
      const chosen = chooseRepair(report.classes, { method: policy, confirmation: request.confirmation }, situation);
      if (chosen.gtids.isEmpty()) return;
      refuse(replica.label, report, chosen);
      progress(`${replica.label}: errant transactions ${report.errant}: ${policy}`);
      const member = { role: roles.primary, connection: from };
      if (policy === "reset") await resetHistory(replica, { errant: chosen.gtids }, progress);
      else await injectEmpty({ members: [member], gtids: chosen.gtids, allowWrites: true }, progress);
    } finally {
      await replica.close();
    }
  });
}

function refuse(
  replica: string,
  report: ErrantReport,
  { refusals, unconfirmed }: Pick<ReturnType<typeof chooseRepair>, "refusals" | "unconfirmed">,
): void {
  const unsettled = unconfirmed.length === 0 ? [] : [`not confirmed: ${unconfirmed.join(", ")}`];
  if (refusals.length + unsettled.length === 0) return;
  throw new FerryError({
    failed: "repairing errant transactions",
    where: replica,
    seen: [`errant transactions ${report.errant}`, ...refusals, ...unsettled].join("; "),
    wanted: "a repair that leaves no different data behind, or one that is confirmed",
    next: `see what they did with \`ferry errants\`; confirm with the first ${CONFIRMATION_CHARACTERS} characters or more of each UUID in gtid-ferry:errantTransactionsConfirmed, or restore the target again`,
  });
}
