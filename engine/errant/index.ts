export { type ChosenRepair, chooseRepair, type RepairChoice } from "./choose-repair.js";
export { classify, ERRANT_CLASSES, type ErrantClass } from "./classify.js";
export { CONFIRMATION_CHARACTERS, unconfirmedUuids } from "./confirmation.js";
export { DataComparison } from "./data-comparison.js";
export { type ErrantTransaction, type ExplainOptions, type Explanation, explainErrants } from "./explain.js";
export {
  describeInjection,
  type InjectionMember,
  type InjectionRequest,
  type InjectionResult,
  injectEmpty,
} from "./inject.js";
export { offeredRepairs, type RepairMethod, type RepairOffer, type RepairSituation } from "./policy.js";
export { reconcileTables, type TableComparison } from "./reconcile.js";
export { type ErrantReport, reportErrants } from "./report.js";
export { planReset, type ResetRequest, resetHistory } from "./reset.js";
export { readResetRecord } from "./reset-record.js";
export { type ErrantPolicy, type SettleRequest, settleErrants } from "./settle-errants.js";
