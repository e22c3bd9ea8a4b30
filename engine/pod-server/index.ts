export { ensurePodServer, type PodServerRequest, type PodServerResult } from "./ensure-pod-server.js";
export type { PodPlace } from "./pods.js";
export { readPodServer } from "./read-pod-server.js";
export { releasePodServer } from "./release-pod-server.js";
