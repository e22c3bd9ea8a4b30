import { execFile } from "node:child_process";

/** Runs kubectl as the cluster's administrator, with `input` as its stdin; gives its stdout, or throws its stderr. */
export type Kubectl = (args: readonly string[], input?: string) => Promise<string>;

export function kubectlFor(program: string, kubeconfig: string): Kubectl {
  const environment = { ...process.env, KUBECONFIG: kubeconfig, NO_PROXY: "*", no_proxy: "*" };
  return (args, input = "") =>
    new Promise((settle, reject) => {
      const options = { env: environment, maxBuffer: 2 ** 26 };
      const child = execFile(program, [...args], options, (error, stdout, stderr) =>
        error === null
          ? settle(stdout)
          : reject(new Error(`kubectl ${args.join(" ")}: ${stderr.trim()}`, { cause: error })),
      );
      child.stdin?.end(input);
    });
}
