export type { ReleasePlace } from "./cluster-release.js";
export { awaitPodsGone, isLeftBehind, markRecorded, takeOver } from "./take-over.js";
