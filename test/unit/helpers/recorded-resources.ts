import * as pulumi from "@pulumi/pulumi";

/** One registered resource; secrets in the inputs are wrapped, as Pulumi's engine sees them. */
export interface RecordedResource {
  readonly type: string;
  readonly name: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  /** Name of the parent, and of the explicitly given provider. */
  readonly parent: string | undefined;
  readonly provider: string | undefined;
  readonly retainOnDelete?: boolean;
  readonly protect?: boolean;
  /** Names of resources that it explicitly waits for. */
  readonly dependsOn?: readonly string[];
}

interface Registration {
  readonly type: string;
  readonly name: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly provider: string | undefined;
}

interface Options {
  readonly parent: pulumi.Resource | undefined;
  readonly dependsOn: readonly pulumi.Resource[];
  readonly flags: Pick<RecordedResource, "retainOnDelete" | "protect">;
}

let registrations: Registration[] = [];
let options: Map<string, Options> = new Map();

/**
 * Ids are `NAME-id`, or unknown in a preview; a call to a provider's function throws. `computed` adds outputs that no
 * input has.
 */
export async function mockPulumi(
  computed: (type: string, inputs: Readonly<Record<string, unknown>>) => object | Promise<object> = () => ({}),
  { isPreview }: { readonly isPreview: boolean } = { isPreview: false },
): Promise<void> {
  const mocks: pulumi.runtime.Mocks = {
    async newResource({ type, name, inputs, provider }) {
      registrations.push({ type, name, inputs, provider: provider === "" ? undefined : provider });
      return { id: isPreview ? undefined : `${name}-id`, state: { ...inputs, ...(await computed(type, inputs)) } };
    },
    call({ token }) {
      throw new Error(`${token} was called`);
    },
  };
  await pulumi.runtime.setMocks(mocks, undefined, undefined, isPreview);
}

export function forgetResources(): void {
  registrations = [];
  options = new Map();
}

/** To be given to the component under test. */
export const recording: pulumi.ComponentResourceOptions = {
  transformations: [
    ({ name, opts: { parent, dependsOn, retainOnDelete, protect } }) => {
      const flags = { ...(retainOnDelete ? { retainOnDelete } : {}), ...(protect ? { protect } : {}) };
      options.set(name, { parent, dependsOn: plainResources(dependsOn), flags });
      return undefined;
    },
  ],
};

/** All that has been registered, without providers, ordered by name; `ready` is waited for first. */
export async function recordedResources(ready?: pulumi.Output<unknown>): Promise<RecordedResource[]> {
  if (ready !== undefined) await settled(ready);
  await pulumi.runtime.disconnect();
  const recorded = registrations.filter((registration) => !isProvider(registration)).map(withOptions);
  return (await Promise.all(recorded)).sort((one, other) => (one.name < other.name ? -1 : 1));
}

/** The explicit providers that have been registered. */
export function recordedProviders(): Pick<RecordedResource, "type" | "name" | "inputs">[] {
  return registrations.filter(isProvider).map(({ type, name, inputs }) => ({ type, name, inputs }));
}

export function settled<T>(output: pulumi.Output<T>): Promise<T> {
  return new Promise((resolve) => output.apply(resolve));
}

async function withOptions({ provider, ...registration }: Registration): Promise<RecordedResource> {
  const { parent, dependsOn, flags } = options.get(registration.name) ?? {
    parent: undefined,
    dependsOn: [],
    flags: {},
  };
  return {
    ...registration,
    parent: parent && (await nameOf(parent)),
    provider: provider?.split("::").at(-2),
    ...flags,
    ...(dependsOn.length === 0 ? {} : { dependsOn: await Promise.all(dependsOn.map(nameOf)) }),
  };
}

async function nameOf({ urn }: pulumi.Resource): Promise<string> {
  const text = await settled(urn);
  return text.slice(text.lastIndexOf("::") + 2);
}

function isProvider({ type }: Registration): boolean {
  return type.startsWith("pulumi:providers:");
}

function plainResources(dependsOn: pulumi.ResourceOptions["dependsOn"]): pulumi.Resource[] {
  return [dependsOn ?? []].flat().map((resource) => {
    if (!pulumi.Resource.isInstance(resource)) throw new Error("a dependency is no plain resource");
    return resource;
  });
}
