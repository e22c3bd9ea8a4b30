export type { ReleasePlace } from "./cluster-release.js";
export { awaitPodsGone, takeOverInstall, unlockUpdate } from "./take-over.js";
