import type { RolesRequest, RolesResult } from "@gtid-ferry/engine/cutover";
import type { SwitchoverReport } from "@gtid-ferry/engine/switchover";
import type { Member, Side } from "@gtid-ferry/engine/topology";
import type { RouteOptions } from "@gtid-ferry/engine/traffic";
import * as pulumi from "@pulumi/pulumi";
import {
  type ChangeEffect,
  checked,
  diffByTable,
  guarded,
  hasUnknown,
  type InputsOf,
  noImport,
  report,
  toCreateError,
} from "./provider-support";

type Inputs = RolesRequest;
type Outputs = Inputs & RolesResult;

export interface SwitchoverArgs extends Omit<InputsOf<Inputs>, Side | "routes" | "replicas" | "reverseReplication"> {
  routes: pulumi.Input<pulumi.Input<RouteOptions>[]>;
  source: InputsOf<Member>;
  target: InputsOf<Member>;
  /** More replicas, one of which may have become the primary. @default {} */
  replicas?: pulumi.Input<Record<string, InputsOf<Member>>>;
  /** Whether the former primary has to replicate from the new one. @default "required" */
  reverseReplication?: pulumi.Input<"required" | "none">;
}

const EFFECTS: Readonly<Record<string, ChangeEffect>> = {
  channel: "update",
  source: "update",
  target: "update",
  primary: "update",
  isFinal: "update",
  limits: "update",
  replicas: "update",
  reverseReplication: "update",
  routes: "update",
};

/** Why these inputs may not follow the old ones, if so. */
function refusal(olds: Partial<Inputs>, news: Inputs): string | undefined {
  if (olds.isFinal === true && !news.isFinal) {
    return "the migration is finalized: the reverse channel is gone and the source has fallen behind, so there is no rollback; set gtid-ferry:phase to finalize again. To return, migrate in the other direction with a stack of its own";
  }
  return news.isFinal && olds.isFinal !== true && olds.primary === "source" ? TOO_EARLY : undefined;
}

const TOO_EARLY =
  "phase finalize gives up the rollback, so it only follows phase cutover: run `pulumi up` with gtid-ferry:phase cutover first, and see that the application works";

/** Of a stack that knows no roles the source is asked: a teardown that stopped half-way may have taken them out. */
async function isTooEarly(olds: Partial<Inputs>, news: Inputs): Promise<boolean> {
  if (!news.isFinal || olds.primary !== undefined || hasUnknown(news.source)) return false;
  const { judgePrimary } = await import("@gtid-ferry/engine/topology");
  return (await judgePrimary(news.source.connection, "source")).isPrimary;
}

/** A server that changes in the same update has no UUID that a preview knows; the update checks it. */
function knownEnd({ expectedUuid, ...end }: Inputs["source"]): Inputs["source"] {
  return expectedUuid === undefined || hasUnknown(expectedUuid) ? end : { ...end, expectedUuid };
}

/** What the last run was asked for; nothing of a resource that does not exist yet. */
function knownOf(olds: Partial<Inputs>): (RolesResult & { readonly primary: Side }) | undefined {
  if (olds.primary === undefined) return undefined;
  const unknown = { present: "", sourceUuid: "", targetUuid: "", switchovers: 0, inOrder: false };
  return { ...unknown, isFinal: olds.isFinal === true, primary: olds.primary };
}

const provider: pulumi.dynamic.ResourceProvider<Inputs, Outputs> = {
  async check(olds: Partial<Inputs>, news: Inputs) {
    return checked(news, async () => {
      const reason = refusal(olds, news) ?? ((await isTooEarly(olds, news)) ? TOO_EARLY : undefined);
      if (reason !== undefined) throw new Error(reason);
      const { assertLimits, planRoles } = await import("@gtid-ferry/engine/cutover");
      const { assertRoutes } = await import("@gtid-ferry/engine/traffic");
      assertLimits(news.limits);
      // Of a migration that has not begun; later a route that is away must not keep the rest from being repaired.
      if (olds.routes === undefined) await assertRoutes(news.routes.filter((route) => !hasUnknown(route)));
      const isMove = (olds.primary ?? "source") !== news.primary || (olds.isFinal ?? false) !== news.isFinal;
      const request = { ...news, source: knownEnd(news.source), target: knownEnd(news.target) };
      if (!isMove || hasUnknown(request)) return;
      const { assertNoBlockers } = await import("@gtid-ferry/engine/operation");
      const { lines, refusals } = await planRoles(request, knownOf(olds));
      assertNoBlockers(refusals, "planning the switchover");
      for (const line of lines) report(`plan: ${line}`);
    });
  },

  /** Looks at the servers: a run that died may have left them otherwise than the state has it. */
  async diff(_id: string, olds: Outputs, news: Inputs) {
    const { readRoles } = await import("@gtid-ferry/engine/cutover");
    return guarded(async () => {
      const isOutOfOrder = async () => {
        const now = await readRoles(news, olds, report);
        return !now.inOrder || now.isFinal !== news.isFinal;
      };
      return diffByTable({ ...olds }, { ...news }, EFFECTS, hasUnknown(news) || (await isOutOfOrder()));
    });
  },

  async create(inputs: Inputs) {
    const { ensureRoles } = await import("@gtid-ferry/engine/cutover");
    const id = `${inputs.channel}/roles`;
    return guarded(
      async () => ({ id, outs: { ...inputs, ...(await ensureRoles(inputs, undefined, report)) } }),
      (error) => toCreateError(error, id, inputs),
    );
  },

  async update(_id: string, olds: Outputs, news: Inputs) {
    const { ensureRoles } = await import("@gtid-ferry/engine/cutover");
    return guarded(async () => ({ outs: { ...news, ...(await ensureRoles(news, olds, report)) } }));
  },

  async read(id: string, props?: Outputs): Promise<pulumi.dynamic.ReadResult<Outputs>> {
    if (props === undefined) throw noImport();
    const { readRoles } = await import("@gtid-ferry/engine/cutover");
    return guarded(async () => ({ id, props: { ...props, ...(await readRoles(props, props, report)) } }));
  },

  /** Never moves a role. */
  async delete(_id: string, props: Outputs) {
    const { retireRoles } = await import("@gtid-ferry/engine/cutover");
    return guarded(() => retireRoles(props, props, report));
  },
};

/** Which of the two servers is the primary, and that applications reach it. A change of it is a switchover. */
export class Switchover extends pulumi.dynamic.Resource {
  /** The one that was asked for. */
  declare readonly primary: pulumi.Output<Side>;
  /** The server that is the primary now, by name: after a failover it may be another one. */
  declare readonly present: pulumi.Output<string>;
  declare readonly sourceUuid: pulumi.Output<string>;
  declare readonly targetUuid: pulumi.Output<string>;
  /** How many switchovers were committed. */
  declare readonly switchovers: pulumi.Output<number>;
  /** Write pause, attempts, GTID set and steps of the newest switchover. */
  declare readonly report: pulumi.Output<SwitchoverReport | undefined>;

  constructor(name: string, args: SwitchoverArgs, opts?: pulumi.CustomResourceOptions) {
    super(
      provider,
      name,
      {
        present: undefined,
        sourceUuid: undefined,
        targetUuid: undefined,
        switchovers: undefined,
        inOrder: undefined,
        report: undefined,
        ...args,
      },
      pulumi.mergeOptions(opts, { additionalSecretOutputs: ["source", "target", "replicas", "routes"] }),
      "gtid-ferry",
      "Switchover",
    );
  }
}
