export type { ClusterAddresses } from "./addresses.js";
export { Cluster } from "./cluster.js";
export type { ComponentName } from "./component-commands.js";
export { MYSQL_IMAGE, PAUSE_IMAGE } from "./image-names.js";
export type { Kubectl } from "./kubectl.js";
export { type ClusterOptions, findCluster, startCluster, stopCluster } from "./start-cluster.js";
export { STORAGE_CLASS, type VolumeRequest } from "./volumes.js";
