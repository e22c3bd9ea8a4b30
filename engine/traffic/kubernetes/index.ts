export { type KubernetesOptions, kubernetesOptions } from "./options.js";
export { openKubernetesRoute } from "./route.js";
