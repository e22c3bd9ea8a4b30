import { messageOf } from "@gtid-ferry/engine/operation";
import { paths } from "./paths.js";
import { ensureToolchain } from "./toolchain.js";

async function main(): Promise<void> {
  const { haproxy, mysql, pulumi, python } = await ensureToolchain((line) => process.stderr.write(`${line}\n`));
  process.stdout.write(
    `MySQL ${mysql.version}   ${mysql.binDirectory}\n` +
      `HAProxy ${haproxy.version} ${haproxy.haproxy}\n` +
      `Pulumi ${pulumi.version} ${pulumi.command}\n` +
      `AWS CLI        ${python.aws}\n` +
      `moto           ${python.motoServer}\n` +
      `To use them by hand: source ${paths.environmentFile}\n`,
  );
}

main().catch((error: unknown) => {
  process.stderr.write(`${messageOf(error)}\n`);
  process.exitCode = 1;
});
