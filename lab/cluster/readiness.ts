import { once } from "node:events";
import { connect } from "node:net";
import { join } from "node:path";
import { type Look, messageOf } from "@gtid-ferry/engine/operation";
import { z } from "zod";
import { CONTAINERD_SOCKET } from "./configuration.js";
import type { Kubectl } from "./kubectl.js";
import type { Sandbox } from "./sandbox.js";
import { NODE_NAME } from "./secrets.js";

const pod = z.object({ metadata: z.object({ name: z.string(), uid: z.string() }) });
// The kubelet's list is null when empty.
const podList = z.object({ items: z.array(pod).nullable() });

/** Whether containerd takes connections; the kubelet ends where it does not. */
export async function lookWhetherContainerdAnswers({ init }: Sandbox): Promise<Look<undefined>> {
  const socket = connect(join(`/proc/${init.pid}/root`, CONTAINERD_SOCKET));
  try {
    await once(socket, "connect");
    return { done: undefined };
  } catch (error) {
    return { seen: messageOf(error) };
  } finally {
    socket.destroy();
  }
}

/** Whether the API server answers; what works for it may end where it does not. */
export async function lookWhetherApiAnswers(kubectl: Kubectl): Promise<Look<undefined>> {
  try {
    await kubectl(["get", "--raw=/readyz"]);
    return { done: undefined };
  } catch (error) {
    return { seen: messageOf(error) };
  }
}

/** Whether pods can be made, and those that are there can be entered. */
export async function lookWhetherReady(kubectl: Kubectl): Promise<Look<undefined>> {
  try {
    const condition = '{.status.conditions[?(@.type=="Ready")].status}';
    const ready = await kubectl(["get", "node", NODE_NAME, `--output=jsonpath=${condition}`]);
    if (ready !== "True") return { seen: `the node's condition Ready is ${ready || "unknown"}` };
    // Without it no pod can be made.
    await kubectl(["get", "serviceaccount", "default"]);
    return await lookAtPods(kubectl);
  } catch (error) {
    return { seen: messageOf(error) };
  }
}

/** A kubelet that was started anew learns of its pods some time after the node is known to be ready. */
async function lookAtPods(kubectl: Kubectl): Promise<Look<undefined>> {
  const bound = ["get", "pods", "--all-namespaces", `--field-selector=spec.nodeName=${NODE_NAME}`, "--output=json"];
  const wanted = await podsOf(kubectl(bound));
  const known = await podsOf(kubectl(["get", `--raw=/api/v1/nodes/${NODE_NAME}/proxy/pods`]));
  const missing = wanted.filter(({ metadata }) => !known.some((other) => other.metadata.uid === metadata.uid));
  if (missing.length === 0) return { done: undefined };
  return { seen: `the kubelet does not know of ${missing.map(({ metadata }) => metadata.name).join(", ")} yet` };
}

async function podsOf(output: Promise<string>): Promise<z.infer<typeof pod>[]> {
  return podList.parse(JSON.parse(await output)).items ?? [];
}
