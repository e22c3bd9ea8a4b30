import { delimiter } from "node:path";
import type { FerryPaths } from "./paths.js";
import { shellQuote } from "./shell-quote.js";

/** Protects nothing but the local stack's state, which lies beside it in the same folder. */
export const localPassphrase = "gtid-ferry-local";

/** What a process must have and must not have so that nothing of the user's own set-up is read or changed. */
export interface IsolatedEnvironment {
  /** Come first on PATH, in this order. */
  readonly pathDirectories: readonly string[];
  readonly variables: Readonly<Record<string, string>>;
}

// MYSQL_HOME stays: it says which MySQL the user wants here.
const foreignPrefixes = ["AWS_", "PULUMI_"] as const;
const foreignNames = ["MYSQL_HOST", "MYSQL_PWD", "MYSQL_TCP_PORT", "MYSQL_UNIX_PORT"] as const;

export function isolatedEnvironment(paths: FerryPaths, pulumiBinDirectory: string): IsolatedEnvironment {
  return {
    pathDirectories: [...new Set([paths.bin, paths.mysqlBin, pulumiBinDirectory])],
    variables: {
      PULUMI_HOME: paths.pulumiHome,
      PULUMI_BACKEND_URL: `file://${paths.pulumiBackend}`,
      PULUMI_CONFIG_PASSPHRASE: localPassphrase,
      PULUMI_SKIP_UPDATE_CHECK: "true",
      // `npm run check` checks the types; doing so again would cost seconds in every preview.
      PULUMI_NODEJS_TRANSPILE_ONLY: "true",
      AWS_CONFIG_FILE: paths.awsConfig,
      AWS_SHARED_CREDENTIALS_FILE: paths.awsCredentials,
      AWS_EC2_METADATA_DISABLED: "true",
      AWS_PAGER: "",
      // Said at every start otherwise, on a Node that the project supports.
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true",
    },
  };
}

/** The environment for a child process: `base` without the user's Pulumi, AWS and MySQL settings, and ours added. */
export function shellEnvironment(
  base: Readonly<Record<string, string | undefined>>,
  isolated: IsolatedEnvironment,
): Record<string, string> {
  const environment: Record<string, string> = {};
  for (const [name, value] of Object.entries(base)) {
    if (value !== undefined && !isForeign(name)) environment[name] = value;
  }
  const inherited = (base.PATH ?? "").split(delimiter).filter((folder) => !isolated.pathDirectories.includes(folder));
  const searched = [...isolated.pathDirectories, ...inherited].filter((folder) => folder !== "");
  return { ...environment, ...isolated.variables, PATH: searched.join(delimiter) };
}

function isForeign(name: string): boolean {
  return foreignPrefixes.some((prefix) => name.startsWith(prefix)) || foreignNames.some((foreign) => foreign === name);
}

/** The same as text for a POSIX shell to source. */
export function environmentFileText(isolated: IsolatedEnvironment): string {
  return [
    "# Written by the toolchain. Source it to use pulumi, mysql and aws by hand on this project's stack.",
    `for name in $(env | sed -n -E 's/^((${foreignPrefixes.join("|")})[A-Za-z0-9_]*)=.*/\\1/p'); do unset "$name"; done`,
    `unset name ${foreignNames.join(" ")}`,
    ...Object.entries(isolated.variables).map(([name, value]) => `export ${name}=${shellQuote(value)}`),
    `export PATH=${isolated.pathDirectories.map(shellQuote).join(delimiter)}"\${PATH:+:$PATH}"`,
    "",
  ].join("\n");
}
