import { z } from "zod";
import { endpointsSchema } from "../endpoints.js";

const label = z.record(z.string(), z.string()).refine((labels) => Object.keys(labels).length > 0, {
  error: "wanted at least one label",
});

/** Where the Service leads for one server: to pods by their labels, or to addresses outside of the cluster. */
const endpoint = z.union([
  z.strictObject({ selector: label }),
  z.strictObject({ addresses: z.array(z.ipv4()).min(1), port: z.number().int().min(1).max(65_535) }),
]);

/** A Service of Kubernetes that applications use. */
export const kubernetesOptions = z.strictObject({
  kind: z.literal("kubernetes"),
  /** YAML text; a secret. @default the file at kubeconfigPath */
  kubeconfig: z.string().min(1).exactOptional(),
  /** @default the default loading rules: KUBECONFIG, ~/.kube/config, the pod's own account */
  kubeconfigPath: z.string().min(1).exactOptional(),
  context: z.string().min(1).exactOptional(),
  namespace: z.string().min(1),
  service: z.string().min(1),
  /** Name of MySQL's port in the Service, where it has one. */
  portName: z.string().default(""),
  /** By server: `source`, `target`, and other members. */
  endpoints: endpointsSchema(endpoint),
  /** Longest time for one call of the API, and for the cluster to follow a change. */
  timeoutSeconds: z.number().positive().default(5),
});

export type KubernetesOptions = z.infer<typeof kubernetesOptions>;
export type KubernetesEndpoint = z.infer<typeof endpoint>;
