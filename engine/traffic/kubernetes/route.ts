import { type Progress, waitUntil } from "../../operation/index.js";
import { type EndpointName, endpointOf } from "../endpoints.js";
import type { RouteState, TrafficRoute } from "../route.js";
import type { KubernetesEndpoint, KubernetesOptions } from "./options.js";
import { ConflictError, ServiceClient } from "./service-client.js";
import { isServed, judgeService } from "./service-state.js";

/** Somebody else changed the object meanwhile: it is read and changed again. */
const CONFLICT_ATTEMPTS = 5;
const LOOK_INTERVAL_SECONDS = 0.05;

/**
 * Opens a route by a Service and an EndpointSlice of its own. Connections that are open stay where they are until their
 * server ends them, and without any endpoint new ones would be refused, not held: so it neither cuts nor holds.
 */
export function openKubernetesRoute(options: KubernetesOptions, progress: Progress): TrafficRoute {
  return new KubernetesRoute(options, progress);
}

class KubernetesRoute implements TrafficRoute {
  readonly name: string;
  readonly endpoints: readonly EndpointName[];
  private readonly client: ServiceClient;

  constructor(
    private readonly options: KubernetesOptions,
    private readonly progress: Progress,
  ) {
    this.client = new ServiceClient(options);
    this.name = this.client.name;
    this.endpoints = Object.keys(options.endpoints);
  }

  describe(to: EndpointName): readonly string[] {
    const endpoint = this.endpoint(to);
    const { sliceName } = this.client;
    const place =
      "selector" in endpoint
        ? `selector ${JSON.stringify(endpoint.selector)}, EndpointSlice ${sliceName} removed`
        : `no selector, EndpointSlice ${sliceName} with ${endpoint.addresses.join(", ")}:${endpoint.port}`;
    return [`lead, after the commit: ${place}; no hold and no cut: open connections stay with the old primary`];
  }

  async observe(): Promise<RouteState> {
    return judgeService(this.client.stateOf(await this.client.look()), this.options.endpoints);
  }

  async hold(): Promise<void> {}

  async cut(): Promise<void> {}

  async lead(to: EndpointName): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        await this.change(to);
        break;
      } catch (error) {
        if (!(error instanceof ConflictError)) throw error;
        if (attempt >= CONFLICT_ATTEMPTS) {
          const seen = `${attempt} times somebody else had changed it meanwhile (409)`;
          throw this.client.failure("leading traffic", seen, "a Service that stands still", "look who else changes it");
        }
      }
    }
    await this.awaitLead(to);
  }

  async close(): Promise<void> {}

  private endpoint(name: EndpointName): KubernetesEndpoint {
    return endpointOf(this.options.endpoints, name, this.name);
  }

  private async change(to: EndpointName): Promise<void> {
    const seen = await this.client.look();
    const endpoint = this.endpoint(to);
    if ("selector" in endpoint) {
      await this.client.setSelector(seen.service, endpoint.selector);
      await this.client.removeOwnSlice(seen);
    } else {
      await this.client.writeOwnSlice(seen, endpoint.addresses, endpoint.port);
      await this.client.setSelector(seen.service, {});
      await this.client.removeOthers(seen);
    }
  }

  /** The cluster's controllers follow a change of the selector after a moment. */
  private async awaitLead(to: EndpointName): Promise<void> {
    const endpoint = this.endpoint(to);
    const options = {
      awaited: `the ${to} alone behind the Service, and ready`,
      where: this.name,
      next: "look whether the pods are ready, and who else changes the Service and its EndpointSlices",
      timeoutSeconds: this.options.timeoutSeconds,
      intervalSeconds: LOOK_INTERVAL_SECONDS,
      progress: this.progress,
    };
    await waitUntil(options, async () => {
      const seen = await this.client.look();
      const state = this.client.stateOf(seen);
      const judged = judgeService(state, this.options.endpoints);
      // A controller that had not heard of the change may have written once more.
      if (judged === "elsewhere" && !("selector" in endpoint)) await this.client.removeOthers(seen);
      if (judged !== to) return { seen: `it leads to ${judged}: EndpointSlices ${state.otherSlices.join(", ")}` };
      return isServed(state, endpoint) ? { done: undefined } : { seen: "no pod of its selector is ready" };
    });
  }
}
