import { z } from "zod";

export const LOOKS = ["identity", "list", "read", "source", "vault"] as const;
export type LookName = (typeof LOOKS)[number];

/** How one command in the pod ended. */
export interface Look {
  /** 124 where it took too long, 127 where the program is missing. */
  readonly exitCode: number;
  /** Both of its outputs, as far as 2000 bytes. */
  readonly output: string;
}

/** What the pod saw, or why it could not look. */
export type PodReport =
  | { readonly looks: Readonly<Partial<Record<LookName, Look>>> }
  | { readonly unseen: string; readonly fix: string };

/** The service account before anything was done about it. */
export interface AccountState {
  /** Of the release's name and namespace where Helm has it. */
  readonly helmOwner?: string;
  readonly annotations: Readonly<Record<string, string>>;
}

/** Whether the object that the pod reads was put there, and with what in it. */
export type TestObject =
  | { readonly kind: "written"; readonly content: string }
  | { readonly kind: "left to others" }
  | { readonly kind: "refused"; readonly why: string };

/** What Vault says to a token of the pod's service account. */
export type VaultAnswer =
  | { readonly step: "token" | "reach"; readonly why: string }
  | { readonly step: "login" | "read"; readonly status: number; readonly errors: readonly string[] }
  /** Names of what is in the secret. */
  | { readonly step: "done"; readonly keys: readonly string[] };

const line = z.object({ look: z.enum(LOOKS), exitCode: z.int(), output: z.base64() });

/** Reads what scripts/access-check.sh prints. */
export function readLooks(log: string): Readonly<Partial<Record<LookName, Look>>> {
  const looks = log
    .split("\n")
    .filter((text) => text.startsWith("{"))
    .map((text) => line.parse(JSON.parse(text)))
    .map(({ look, exitCode, output }) => [look, { exitCode, output: Buffer.from(output, "base64").toString().trim() }]);
  return Object.fromEntries(looks);
}
