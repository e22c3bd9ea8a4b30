export { apiStatusOf } from "./api-status.js";
export { type KubeconfigSource, openKubeconfig } from "./open-kubeconfig.js";
