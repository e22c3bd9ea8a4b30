export { apiStatusOf } from "./api-status.js";
export { askKubernetes, explanation, type Question } from "./ask.js";
export { type KubeconfigSource, openKubeconfig } from "./open-kubeconfig.js";
