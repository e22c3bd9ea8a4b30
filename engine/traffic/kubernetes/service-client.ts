import type { CoreV1Api, DiscoveryV1Api, V1EndpointSlice, V1Service } from "@kubernetes/client-node";
import { apiStatusOf, openKubeconfig } from "../../kubernetes/index.js";
import { FerryError, inTime, messageOf } from "../../operation/index.js";
import type { KubernetesOptions } from "./options.js";
import type { ServiceState } from "./service-state.js";

const MANAGER = "gtid-ferry";
const MANAGED_BY = "endpointslice.kubernetes.io/managed-by";
const SERVICE_NAME = "kubernetes.io/service-name";

interface Apis {
  readonly core: CoreV1Api;
  readonly discovery: DiscoveryV1Api;
}

export interface Seen {
  readonly service: V1Service;
  readonly slices: readonly V1EndpointSlice[];
}

/** Somebody else changed the object meanwhile. */
export class ConflictError extends Error {}

/** One Service and what leads it, as the API server has them. Every call is bounded, and fails with a FerryError. */
export class ServiceClient {
  readonly name: string;
  private apis: Promise<Apis> | undefined;

  constructor(private readonly options: KubernetesOptions) {
    this.name = `Kubernetes service ${options.namespace}/${options.service}`;
  }

  get sliceName(): string {
    return `${this.options.service}-${MANAGER}`;
  }

  async look(): Promise<Seen> {
    const { namespace, service: name } = this.options;
    const [service, list] = await Promise.all([
      this.call("get", "services", ({ core }) => core.readNamespacedService({ name, namespace })),
      this.call("list", "endpointslices", ({ discovery }) =>
        discovery.listNamespacedEndpointSlice({ namespace, labelSelector: `${SERVICE_NAME}=${name}` }),
      ),
    ]);
    this.requirePort(service);
    return { service, slices: list.items };
  }

  stateOf({ service, slices }: Seen): ServiceState {
    const own = slices.find(isOwn);
    const others = slices.filter((slice) => !isOwn(slice));
    return {
      selector: service.spec?.selector ?? {},
      own: own && { addresses: addressesOf(own), port: own.ports?.[0]?.port },
      otherSlices: others.map(({ metadata }) => metadata?.name ?? ""),
      otherReady: others.flatMap(addressesOf),
    };
  }

  async setSelector(service: V1Service, selector: Readonly<Record<string, string>>): Promise<void> {
    const { namespace, service: name } = this.options;
    const { selector: _, ...spec } = service.spec ?? {};
    const body = {
      ...service,
      spec: Object.keys(selector).length === 0 ? spec : { ...spec, selector: { ...selector } },
    };
    await this.call("update", "services", ({ core }) => core.replaceNamespacedService({ name, namespace, body }));
  }

  async writeOwnSlice({ service, slices }: Seen, addresses: readonly string[], port: number): Promise<void> {
    const { namespace, portName } = this.options;
    const existing = slices.find(isOwn);
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

  async removeOwnSlice({ slices }: Seen): Promise<void> {
    await this.removeSlices(slices.filter(isOwn));
  }

  /**
   * Removes what leads a Service without a selector besides our own slice. The Endpoints that its selector has left
   * behind come first: from now on the cluster would mirror them into a slice, again and again.
   */
  async removeOthers({ slices }: Seen): Promise<void> {
    const { namespace, service: name } = this.options;
    await this.remove("endpoints", ({ core }) => core.deleteNamespacedEndpoints({ name, namespace }));
    await this.removeSlices(slices.filter((slice) => !isOwn(slice)));
  }

  failure(failed: string, seen: string, wanted: string, next: string): FerryError {
    return new FerryError({ failed, where: this.name, seen, wanted, next });
  }

  private async removeSlices(slices: readonly V1EndpointSlice[]): Promise<void> {
    const { namespace } = this.options;
    for (const { metadata } of slices) {
      const name = metadata?.name ?? "";
      await this.remove("endpointslices", ({ discovery }) =>
        discovery.deleteNamespacedEndpointSlice({ name, namespace }),
      );
    }
  }

  /** What is gone already, perhaps by the cluster itself, is success. */
  private async remove(resource: string, work: (apis: Apis) => Promise<unknown>): Promise<void> {
    await this.call("delete", resource, async (apis) => {
      await work(apis).catch((error: unknown) => {
        if (apiStatusOf(error) !== 404) throw error;
      });
    });
  }

  /** A slice whose port has another name than the Service's leads nowhere. */
  private requirePort(service: V1Service): void {
    const names = (service.spec?.ports ?? []).map(({ name = "" }) => name);
    if (names.includes(this.options.portName)) return;
    const seen = `ports named ${names.map((name) => JSON.stringify(name)).join(", ") || "nothing at all"}`;
    const wanted = `a port named ${JSON.stringify(this.options.portName)}`;
    throw this.failure("looking at the ports", seen, wanted, "set portName of this route to the name of MySQL's port");
  }

  private async call<T>(verb: string, resource: string, work: (apis: Apis) => Promise<T>): Promise<T> {
    const { namespace, timeoutSeconds } = this.options;
    try {
      this.apis ??= this.connect();
      return await inTime(work(await this.apis), timeoutSeconds * 1000, `${verb} ${resource}`, this.name);
    } catch (error) {
      const status = apiStatusOf(error);
      if (error instanceof FerryError) throw error;
      if (status === 409) throw new ConflictError(messageOf(error));
      const isDenied = status === 401 || status === 403;
      throw this.failure(
        `${verb} ${resource}`,
        status === undefined ? messageOf(error) : `the API answers ${status}`,
        isDenied ? `an account that may ${verb} ${resource} in namespace ${namespace}` : "an answer of the API",
        isDenied
          ? "give its role get and update of services, delete of endpoints, and list, create, update and delete of endpointslices.discovery.k8s.io"
          : "check namespace, service and kubeconfig of this route",
      );
    }
  }

  private async connect(): Promise<Apis> {
    const config = await openKubeconfig(this.options);
    const { CoreV1Api: Core, DiscoveryV1Api: Discovery } = await import("@kubernetes/client-node");
    return { core: config.makeApiClient(Core), discovery: config.makeApiClient(Discovery) };
  }
}

function isOwn({ metadata }: V1EndpointSlice): boolean {
  return metadata?.labels?.[MANAGED_BY] === MANAGER;
}

/** Those that take connections; one that says nothing of it does. */
function addressesOf({ endpoints }: V1EndpointSlice): readonly string[] {
  return (endpoints ?? []).flatMap(({ addresses, conditions }) => (conditions?.ready === false ? [] : addresses));
}
