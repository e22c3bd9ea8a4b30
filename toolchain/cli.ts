import { messageOf } from "@gtid-ferry/engine/operation";
import { ensureClusterToolchain } from "./cluster.js";
import { ensureKubernetes } from "./kubernetes.js";
import { paths } from "./paths.js";
import { ensureKubernetesPlugin } from "./pulumi-kubernetes.js";
import { ensureToolchain } from "./toolchain.js";
import { ensureVault } from "./vault.js";

const progress = (line: string): void => void process.stderr.write(`${line}\n`);

async function getPrograms(): Promise<void> {
  const { haproxy, mysql, pulumi, python } = await ensureToolchain(progress);
  process.stdout.write(
    `MySQL ${mysql.version}   ${mysql.binDirectory}\n` +
      `HAProxy ${haproxy.version} ${haproxy.haproxy}\n` +
      `Pulumi ${pulumi.version} ${pulumi.command}\n` +
      `AWS CLI        ${python.aws}\n` +
      `moto           ${python.motoServer}\n` +
      `To use them by hand: source ${paths.environmentFile}\n`,
  );
}

async function getClusterPrograms(): Promise<void> {
  const { kubernetes, runtime } = await ensureClusterToolchain(progress);
  process.stdout.write(`kubectl        ${kubernetes.kubectl}\n` + `containerd     ${runtime.binDirectory}\n`);
}

const PARTS: Readonly<Record<string, () => Promise<unknown>>> = {
  kubernetes: () => ensureKubernetes(progress),
  vault: () => ensureVault(progress),
  "kubernetes-plugin": () => ensureKubernetesPlugin(progress),
  cluster: getClusterPrograms,
};

async function main(): Promise<void> {
  const names = process.argv.slice(2);
  const parts = names.map((name) => {
    const part = PARTS[name];
    if (part === undefined)
      throw new Error(`usage: node toolchain/run.mjs toolchain/cli.ts [${Object.keys(PARTS).join(" | ")}] ...`);
    return part;
  });
  for (const part of parts.length === 0 ? [getPrograms] : parts) await part();
}

main().catch((error: unknown) => {
  process.stderr.write(`${messageOf(error)}\n`);
  process.exitCode = 1;
});
