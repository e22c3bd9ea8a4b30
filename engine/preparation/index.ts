export type { PreparedState, SourcePreparationRequest, SourcePreparationResult } from "./desired-source.js";
export { ADMIN_SCHEMA } from "./ledger.js";
export { describePreparation, prepareSource, readPreparedState, restoreSource } from "./prepare-source.js";
