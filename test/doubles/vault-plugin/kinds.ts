import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import { type VaultClient, VaultRefusal } from "../../../lab/vault/index.js";

/** One type of Pulumi's Vault provider, with those of its inputs that the program gives; any other is refused. */
export interface Kind {
  /** As the provider has it: where the thing is in Vault. */
  idOf(inputs: unknown): string;
  /** Inputs that are part of the id. */
  readonly identity: readonly string[];
  create(vault: VaultClient, inputs: unknown): Promise<void>;
  update(vault: VaultClient, inputs: unknown): Promise<void>;
  remove(vault: VaultClient, inputs: unknown): Promise<void>;
  /** Those inputs that are otherwise in Vault, as they are there; undefined when the thing itself is gone. */
  drift(vault: VaultClient, inputs: unknown): Promise<object | undefined>;
}

interface KindOf<T> {
  readonly inputs: z.ZodType<T>;
  readonly identity: readonly (keyof T & string)[];
  id(inputs: T): string;
  create(vault: VaultClient, inputs: T): Promise<unknown>;
  /** @default create */
  update?(vault: VaultClient, inputs: T): Promise<unknown>;
  remove(vault: VaultClient, inputs: T): Promise<unknown>;
  /** What to GET. */
  place(inputs: T): string;
  /** What its answer says of the inputs. @default nothing */
  found?(answer: unknown, inputs: T): Partial<T>;
}

function kind<T>({ inputs: schema, identity, id, create, update = create, remove, ...seen }: KindOf<T>): Kind {
  const done = async (work: Promise<unknown>) => void (await work);
  return {
    identity,
    idOf: (inputs) => id(schema.parse(inputs)),
    create: (vault, inputs) => done(create(vault, schema.parse(inputs))),
    update: (vault, inputs) => done(update(vault, schema.parse(inputs))),
    remove: (vault, inputs) => done(remove(vault, schema.parse(inputs))),
    drift: async (vault, inputs) => {
      const known = schema.parse(inputs);
      const answer = await answerOf(vault, seen.place(known));
      return answer === undefined ? undefined : { ...seen.found?.(answer, known) };
    },
  };
}

async function answerOf(vault: VaultClient, path: string): Promise<unknown> {
  try {
    return await vault.request("GET", path);
  } catch (error) {
    // Of a mount that is gone Vault says 400.
    if (error instanceof VaultRefusal && [400, 404].includes(error.status)) return undefined;
    throw error;
  }
}

const text = z.string();
const texts = z.array(text);

const mount = kind({
  inputs: z.strictObject({ path: text, type: text, options: z.record(text, text).optional() }),
  identity: ["path", "type"],
  id: ({ path }) => path,
  create: (vault, { path, ...body }) => vault.request("POST", `sys/mounts/${path}`, body),
  update: (vault, { path, options }) => vault.request("POST", `sys/mounts/${path}/tune`, { options }),
  remove: (vault, { path }) => vault.request("DELETE", `sys/mounts/${path}`),
  place: ({ path }) => `sys/mounts/${path}`,
});

const authBackend = kind({
  inputs: z.strictObject({ path: text, type: text }),
  identity: ["path", "type"],
  id: ({ path }) => path,
  create: (vault, { path, type }) => vault.request("POST", `sys/auth/${path}`, { type }),
  remove: (vault, { path }) => vault.request("DELETE", `sys/auth/${path}`),
  place: ({ path }) => `sys/auth/${path}`,
});

const kubernetesConfig = kind({
  inputs: z.strictObject({
    backend: text,
    kubernetesHost: text,
    kubernetesCaCert: text,
    tokenReviewerJwt: text.optional(),
    disableLocalCaJwt: z.boolean(),
    // The plugin sends it always, where it is unset too (resource_kubernetes_auth_backend_config.go).
    disableIssValidation: z.boolean().default(false),
  }),
  identity: ["backend"],
  id: ({ backend }) => `auth/${backend}/config`,
  create: (vault, { backend, ...body }) => vault.request("POST", `auth/${backend}/config`, snakeCased(body)),
  // It goes with its mount.
  remove: async () => undefined,
  place: ({ backend }) => `auth/${backend}/config`,
});

const kubernetesRole = kind({
  inputs: z.strictObject({
    backend: text,
    roleName: text,
    boundServiceAccountNames: texts,
    boundServiceAccountNamespaces: texts,
    audience: text.optional(),
    tokenPolicies: texts,
    tokenTtl: z.number(),
    tokenMaxTtl: z.number(),
  }),
  identity: ["backend", "roleName"],
  id: ({ backend, roleName }) => `auth/${backend}/role/${roleName}`,
  create: (vault, { backend, roleName, ...body }) =>
    vault.request("POST", `auth/${backend}/role/${roleName}`, snakeCased(body)),
  remove: (vault, { backend, roleName }) => vault.request("DELETE", `auth/${backend}/role/${roleName}`),
  place: ({ backend, roleName }) => `auth/${backend}/role/${roleName}`,
});

const policy = kind({
  inputs: z.strictObject({ name: text, policy: text }),
  identity: ["name"],
  id: ({ name }) => name,
  create: (vault, { name, policy }) => vault.request("POST", `sys/policies/acl/${name}`, { policy }),
  remove: (vault, { name }) => vault.request("DELETE", `sys/policies/acl/${name}`),
  place: ({ name }) => `sys/policies/acl/${name}`,
  found(answer, { policy }) {
    const { data } = z.object({ data: z.object({ policy: text }) }).parse(answer);
    return data.policy === policy ? {} : { policy: data.policy };
  },
});

const secretV2 = kind({
  inputs: z.strictObject({ mount: text, name: text, dataJson: text, deleteAllVersions: z.boolean() }),
  identity: ["mount", "name"],
  id: ({ mount, name }) => `${mount}/data/${name}`,
  create: (vault, { mount, name, dataJson }) =>
    vault.request("POST", `${mount}/data/${name}`, { data: JSON.parse(dataJson) }),
  remove: (vault, { mount, name, deleteAllVersions }) =>
    vault.request("DELETE", `${mount}/${deleteAllVersions ? "metadata" : "data"}/${name}`),
  place: ({ mount, name }) => `${mount}/data/${name}`,
  found(answer, { dataJson }) {
    const { data } = z.object({ data: z.object({ data: z.record(text, z.unknown()) }) }).parse(answer);
    return isDeepStrictEqual(data.data, JSON.parse(dataJson)) ? {} : { dataJson: JSON.stringify(data.data) };
  },
});

const endpoint = kind({
  inputs: z.strictObject({ path: text, dataJson: text, ignoreAbsentFields: z.boolean().optional() }),
  identity: ["path"],
  id: ({ path }) => path,
  create: (vault, { path, dataJson }) => vault.request("POST", path, JSON.parse(dataJson)),
  remove: (vault, { path }) => vault.request("DELETE", path),
  place: ({ path }) => path,
});

const KINDS: Readonly<Record<string, Kind>> = {
  "vault:index/mount:Mount": mount,
  "vault:index/authBackend:AuthBackend": authBackend,
  "vault:index/policy:Policy": policy,
  "vault:kubernetes/authBackendConfig:AuthBackendConfig": kubernetesConfig,
  "vault:kubernetes/authBackendRole:AuthBackendRole": kubernetesRole,
  "vault:kv/secretV2:SecretV2": secretV2,
  "vault:generic/endpoint:Endpoint": endpoint,
};

export function kindOf(type: string): Kind {
  const found = KINDS[type];
  if (found === undefined) throw new Error(`the stand-in for Vault does not know ${type}`);
  return found;
}

function snakeCased(inputs: object): object {
  const snake = (key: string) => key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  return Object.fromEntries(Object.entries(inputs).map(([key, value]) => [snake(key), value]));
}
