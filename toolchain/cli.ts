import { messageOf } from "@gtid-ferry/engine/operation";
import { ensureClusterToolchain } from "./cluster.js";
import { ensureKubernetes } from "./kubernetes.js";
import { paths } from "./paths.js";
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

async function main(): Promise<void> {
  const [part, ...others] = process.argv.slice(2);
  if (part === undefined) await getPrograms();
  else if (part === "kubernetes" && others.length === 0) await ensureKubernetes(progress);
  else if (part === "vault" && others.length === 0) await ensureVault(progress);
  else if (part === "cluster" && others.length === 0) await getClusterPrograms();
  else throw new Error("usage: node toolchain/run.mjs toolchain/cli.ts [kubernetes | vault | cluster]");
}

main().catch((error: unknown) => {
  process.stderr.write(`${messageOf(error)}\n`);
  process.exitCode = 1;
});
