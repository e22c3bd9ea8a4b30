import * as pulumi from "@pulumi/pulumi";
import * as vault from "@pulumi/vault";
import { VaultAccess, type VaultAccessArgs } from "../../../components/vault-access.js";
import { startTestVault, type TestVault } from "../../../lab/testing.js";
import { VaultClient, VaultRefusal } from "../../../lab/vault/index.js";
import { unwrapSecrets } from "../../doubles/plugin.js";
import { kindOf } from "../../doubles/vault-plugin/kinds.js";
import { mockPulumi, settled } from "../../unit/helpers/recorded-resources.js";

/** Paths of Vault's API, as the component tells them. */
export interface AppliedAccess {
  /** Of the login of the pod, and its role there. */
  readonly podLogin: string;
  readonly role: string;
  /** Of the secret. */
  readonly secret: string;
  readonly writerLogin: string | undefined;
}

/** A real Vault that is given exactly what the component registers, in the order of Pulumi. */
export class VaultPlace {
  private readonly failures: unknown[] = [];
  private readonly applied: (() => Promise<void>)[] = [];

  private constructor(private readonly server: TestVault) {}

  static async start(): Promise<VaultPlace> {
    const place = new VaultPlace(await startTestVault());
    await mockPulumi(async (type, inputs) => {
      if (type.startsWith("vault:")) await place.create(type, unwrapSecrets(inputs));
      return {};
    });
    return place;
  }

  get root(): VaultClient {
    return this.server.root;
  }

  get anybody(): VaultClient {
    return new VaultClient(this.root.address);
  }

  async apply(args: Omit<VaultAccessArgs, "provider" | "keepsAccess">): Promise<AppliedAccess> {
    const name = `${args.database}-vault`;
    const provider = new vault.Provider(`${name}-provider`, { address: this.root.address });
    const access = new VaultAccess(name, { ...args, provider, keepsAccess: false });
    const writerLogin = await settled(pulumi.output(access.writerLogin));
    const chart = (await settled(access.chartCredentials)).vault;
    const [failure] = this.failures;
    if (failure !== undefined) throw failure;
    return { podLogin: `${chart.authPath}/login`, role: chart.role, secret: chart.path, writerLogin };
  }

  /** Removes all that was applied, the latest first. */
  async removeAll(): Promise<void> {
    for (const remove of this.applied.splice(0).reverse()) await remove();
  }

  async stop(): Promise<void> {
    await this.server.stop();
  }

  private async create(type: string, inputs: unknown): Promise<void> {
    try {
      await kindOf(type).create(this.root, inputs);
      this.applied.push(() => kindOf(type).remove(this.root, inputs));
    } catch (error) {
      this.failures.push(error);
    }
  }
}

/** The status with which Vault refuses, or undefined where it does not. */
export async function refusalOf(work: Promise<unknown>): Promise<number | undefined> {
  return await work.then(
    () => undefined,
    (error: unknown) => {
      if (error instanceof VaultRefusal) return error.status;
      throw error;
    },
  );
}
