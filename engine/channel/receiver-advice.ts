import type { ChannelState, ThreadError } from "./state.js";

/** What to do about a target whose source has purged what it needs. */
export const PURGED_ADVICE =
  "set gtid-ferry:rebuildOnPurged to true and run `pulumi up`: the target is restored again, from the newest backup that reaches far enough or a new one; raise gtid-ferry:binlogRetentionSeconds, or it happens again";

/** What to do about errant transactions. */
export const ERRANT_ADVICE =
  "see what they did with `ferry errants`, and repair them with `ferry errants repair`; a fresh target is best restored again";

/** The source refused to send: MySQL says which of several reasons only in words. */
const REFUSED_BY_SOURCE = new Set([1236, 13114]);

/** Logins that are refused, and logs that are not sent: trying again cannot help. */
const REFUSALS = new Set([
  ...[1044, 1045, 1129, 1130, 1251, 1524, 1698, 1820, 1862, 2061, 3118, 3159, 3955],
  ...REFUSED_BY_SOURCE,
]);

/** What the source has answered to a channel's receiver, where that ends every further attempt in the same way. */
export function receiverRefusal({ receiverError }: Pick<ChannelState, "receiverError">): ThreadError | undefined {
  return receiverError !== undefined && REFUSALS.has(receiverError.number) ? receiverError : undefined;
}

/** What a user should do about a receiver that cannot go on by itself. */
export function receiverAdvice(error: { readonly number: number; readonly message: string }): string {
  if (REFUSED_BY_SOURCE.has(error.number)) {
    if (error.message.includes("purged")) return PURGED_ADVICE;
    if (error.message.includes("more GTIDs than")) return ERRANT_ADVICE;
  }
  return "check the replication account, its password and host on the source, then run again";
}
