import type { CoreV1Api, DiscoveryV1Api, V1EndpointSlice, V1Service } from "@kubernetes/client-node";
import { FerryError, inTime, messageOf } from "../../operation/index.js";
import type { Side } from "../../topology/side.js";
import type { RouteState, TrafficRoute } from "../route.js";
import type { KubernetesOptions } from "./options.js";
import { judgeService, type ServiceState } from "./service-state.js";

const MANAGER = "gtid-ferry";
const MANAGED_BY = "endpointslice.kubernetes.io/managed-by";
const SERVICE_NAME = "kubernetes.io/service-name";
/** Somebody else changed the object meanwhile: it is read and changed again. */
const CONFLICT_ATTEMPTS = 5;

interface Apis {
  readonly core: CoreV1Api;
  readonly discovery: DiscoveryV1Api;
}

interface Seen {
  readonly service: V1Service;
  readonly slices: readonly V1EndpointSlice[];
}

/**
 * Opens a route by a Service and an EndpointSlice of its own. Connections that are open stay where they are until their
 * server ends them, and without any endpoint new ones would be refused, not held: so it neither cuts nor holds.
 */
export function openKubernetesRoute(options: KubernetesOptions): TrafficRoute {
  return new KubernetesRoute(options);
}

class KubernetesRoute implements TrafficRoute {
  readonly name: string;
  private apis: Promise<Apis> | undefined;

  constructor(private readonly options: KubernetesOptions) {
    this.name = `Kubernetes service ${options.namespace}/${options.service}`;
  }

  describe(to: Side): readonly string[] {
    const endpoint = this.options.endpoints[to];
    const place =
      "selector" in endpoint
        ? `selector ${JSON.stringify(endpoint.selector)}, EndpointSlice ${this.sliceName} removed`
        : `no selector, EndpointSlice ${this.sliceName} with ${endpoint.addresses.join(", ")}:${endpoint.port}`;
    return [`lead, after the commit: ${place}; no hold and no cut: open connections stay with the old primary`];
  }

  async observe(): Promise<RouteState> {
    return judgeService(this.stateOf(await this.look()), this.options.endpoints);
  }

  async hold(): Promise<void> {}

  async cut(): Promise<void> {}

  async lead(side: Side): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        await this.change(side);
        break;
      } catch (error) {
        if (!(error instanceof ConflictError)) throw error;
        if (attempt >= CONFLICT_ATTEMPTS) {
          const seen = `${attempt} times somebody else had changed it meanwhile (409)`;
          throw this.failure("leading traffic", seen, "a Service that stands still", "look who else changes it");
        }
      }
    }
    const state = await this.observe();
    if (state !== side)
      throw this.failure("leading traffic", `afterwards it leads to ${state}`, side, "look who else changes it");
  }

  async close(): Promise<void> {}

  private get sliceName(): string {
    return `${this.options.service}-${MANAGER}`;
  }

  private async change(side: Side): Promise<void> {
    const seen = await this.look();
    const endpoint = this.options.endpoints[side];
    if ("selector" in endpoint) {
      await this.setSelector(seen.service, endpoint.selector);
      await this.removeSlices(seen.slices.filter((slice) => this.isOwn(slice)));
      return;
    }
    await this.writeSlice(seen, endpoint.addresses, endpoint.port);
    await this.setSelector(seen.service, {});
    // What the cluster made for the selector stays behind without it.
    await this.removeSlices(seen.slices.filter((slice) => !this.isOwn(slice)));
  }

  private async setSelector(service: V1Service, selector: Readonly<Record<string, string>>): Promise<void> {
    const { namespace, service: name } = this.options;
    const { selector: _, ...spec } = service.spec ?? {};
    const body = {
      ...service,
      spec: Object.keys(selector).length === 0 ? spec : { ...spec, selector: { ...selector } },
    };
    await this.call("update", "services", ({ core }) => core.replaceNamespacedService({ name, namespace, body }));
  }

  private async writeSlice({ service, slices }: Seen, addresses: readonly string[], port: number): Promise<void> {
    const { namespace, portName } = this.options;
    const existing = slices.find((slice) => this.isOwn(slice));
    const body: V1EndpointSlice = {
      apiVersion: "discovery.k8s.io/v1",
      kind: "EndpointSlice",
      metadata: {
        ...existing?.metadata,
        name: this.sliceName,
        namespace,
        labels: { [SERVICE_NAME]: service.metadata?.name ?? "", [MANAGED_BY]: MANAGER },
      },
      addressType: "IPv4",
      endpoints: [{ addresses: [...addresses], conditions: { ready: true } }],
      ports: [{ name: portName, port, protocol: "TCP" }],
    };
    if (existing === undefined) {
      await this.call("create", "endpointslices", ({ discovery }) =>
        discovery.createNamespacedEndpointSlice({ namespace, body }),
      );
    } else {
      await this.call("update", "endpointslices", ({ discovery }) =>
        discovery.replaceNamespacedEndpointSlice({ name: this.sliceName, namespace, body }),
      );
    }
  }

  private async removeSlices(slices: readonly V1EndpointSlice[]): Promise<void> {
    const { namespace } = this.options;
    for (const { metadata } of slices) {
      const name = metadata?.name ?? "";
      await this.call("delete", "endpointslices", async ({ discovery }) => {
        await discovery.deleteNamespacedEndpointSlice({ name, namespace }).catch((error: unknown) => {
          // The cluster itself may have been faster.
          if (statusOf(error) !== 404) throw error;
        });
      });
    }
  }

  private async look(): Promise<Seen> {
    const { namespace, service: name } = this.options;
    const [service, list] = await Promise.all([
      this.call("get", "services", ({ core }) => core.readNamespacedService({ name, namespace })),
      this.call("list", "endpointslices", ({ discovery }) =>
        discovery.listNamespacedEndpointSlice({ namespace, labelSelector: `${SERVICE_NAME}=${name}` }),
      ),
    ]);
    return { service, slices: list.items };
  }

  private stateOf({ service, slices }: Seen): ServiceState {
    const own = slices.find((slice) => this.isOwn(slice));
    return {
      selector: service.spec?.selector ?? {},
      ownAddresses: own?.endpoints?.flatMap(({ addresses }) => addresses),
      otherSlices: slices.filter((slice) => !this.isOwn(slice)).map(({ metadata }) => metadata?.name ?? ""),
    };
  }

  private isOwn({ metadata }: V1EndpointSlice): boolean {
    return metadata?.labels?.[MANAGED_BY] === MANAGER;
  }

  private async call<T>(verb: string, resource: string, work: (apis: Apis) => Promise<T>): Promise<T> {
    const { namespace, timeoutSeconds } = this.options;
    try {
      this.apis ??= this.connect();
      return await inTime(work(await this.apis), timeoutSeconds * 1000, `${verb} ${resource}`, this.name);
    } catch (error) {
      const status = statusOf(error);
      if (error instanceof FerryError) throw error;
      if (status === 409) throw new ConflictError(messageOf(error));
      const isDenied = status === 401 || status === 403;
      throw this.failure(
        `${verb} ${resource}`,
        status === undefined ? messageOf(error) : `the API answers ${status}`,
        isDenied ? `an account that may ${verb} ${resource} in namespace ${namespace}` : "an answer of the API",
        isDenied
          ? "give its role get and update of services, and list, create, update and delete of endpointslices.discovery.k8s.io"
          : "check namespace, service and kubeconfig of this route",
      );
    }
  }

  /** Loaded at the first use: it is large, and most migrations have no such route. */
  private async connect(): Promise<Apis> {
    const { KubeConfig, CoreV1Api: Core, DiscoveryV1Api: Discovery } = await import("@kubernetes/client-node");
    const config = new KubeConfig();
    const { kubeconfigPath, context } = this.options;
    if (kubeconfigPath === undefined) config.loadFromDefault();
    else config.loadFromFile(kubeconfigPath);
    if (context !== undefined) config.setCurrentContext(context);
    return { core: config.makeApiClient(Core), discovery: config.makeApiClient(Discovery) };
  }

  private failure(failed: string, seen: string, wanted: string, next: string): FerryError {
    return new FerryError({ failed, where: this.name, seen, wanted, next });
  }
}

class ConflictError extends Error {}

/** HTTP status of an error of the client; undefined for one that is no answer. */
function statusOf(error: unknown): number | undefined {
  if (typeof error !== "object" || error === null || !("code" in error)) return undefined;
  return typeof error.code === "number" ? error.code : undefined;
}
