export { checkAccess, ensureAccess } from "./check-access.js";
export type { AccessRequest, BucketPlace, ClusterPlace, S3Login, VaultPlace } from "./request.js";
