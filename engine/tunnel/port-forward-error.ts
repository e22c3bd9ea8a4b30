import { messageOf, type Problem } from "../operation/index.js";
import { type PortForwardVia, placeOf } from "./options.js";
import { TunnelError } from "./tunnel-error.js";

type Advice = Pick<Problem, "wanted" | "next">;

/** An answer of the API server that is no tunnel. `body` is its Status as JSON, or a text. */
export function refusedUpgrade(via: PortForwardVia, port: number, status: number, body: string): TunnelError {
  const problem = {
    failed: "opening the port-forward",
    where: placeOf({ host: "", port }, via),
    seen: `the API server answers ${status}: ${reasonOf(body)}`,
    ...adviceFor(via, status),
  };
  return new TunnelError(problem, status === 404 ? { code: "ECONNREFUSED" } : {});
}

function adviceFor({ namespace, pod }: PortForwardVia, status: number): Advice {
  switch (status) {
    case 401:
      return { wanted: "a login that the API server knows", next: "give a kubeconfig whose token has not expired" };
    case 403:
      return {
        wanted: "an account that may open port-forwards",
        next: `give its role get and create of pods/portforward in namespace ${namespace}`,
      };
    case 404:
      return {
        wanted: `pod ${pod} in namespace ${namespace}`,
        next: `check both names, and whether the pod is being made: kubectl -n ${namespace} get pods`,
      };
    default:
      return { wanted: "a running pod", next: `see what it waits for: kubectl -n ${namespace} describe pod ${pod}` };
  }
}

function reasonOf(body: string): string {
  try {
    const status: unknown = JSON.parse(body);
    if (typeof status === "object" && status !== null && "message" in status) return String(status.message);
  } catch {
    // A proxy or the kubelet answers in plain text.
  }
  return body.trim().slice(0, 500) || "no reason given";
}

/** An API server that cannot be asked; what is a TunnelError already stays as it is. */
export function unreachableApi(server: string, error: unknown): TunnelError {
  if (error instanceof TunnelError) return error;
  return new TunnelError(
    {
      failed: "asking the Kubernetes API server",
      where: server,
      seen: messageOf(error),
      wanted: "an API server that answers there, with a certificate of the kubeconfig's authority",
      next: "check server, certificate authority and credentials of the kubeconfig, and the network to that address",
    },
    { cause: error },
  );
}

/** The kubelet has no code for it. */
const REFUSED = /connection refused/;

/** What the kubelet says on the error channel when the port of the pod cannot be connected to. */
export function refusedPort(where: string, reason: string): TunnelError {
  const problem = {
    failed: "connecting to the port inside of the pod",
    where,
    seen: reason,
    wanted: "a server that listens there on the pod's loopback address",
    next: "check the port, that the container runs, and its log: it may still be restoring or starting",
  };
  return new TunnelError(problem, REFUSED.test(reason) ? { code: "ECONNREFUSED" } : {});
}
