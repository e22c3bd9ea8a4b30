export type { PreparedState, SourcePreparationRequest, SourcePreparationResult } from "./desired-source.js";
export { describePreparation, prepareSource, readPreparedState, restoreSource } from "./prepare-source.js";
