import { type Check, checkOn, type Finding } from "../operation/index.js";
import type { ChartPod } from "./chart-pod.js";
import { judgeConnection } from "./judge-connection.js";
import type { Look, VaultAnswer } from "./observation.js";
import type { AccessRequest, VaultPlace } from "./request.js";

/** What the chart's pod takes from the secret. */
const DATABASE_KEYS = ["DB_USERNAME", "DB_PASSWORD"] as const;
const S3_KEYS = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"] as const;

type PodVault = NonNullable<ChartPod["vault"]>;

export function judgeVaultPort({ address }: VaultPlace, look: Look): Finding {
  const check = checkOn(`Vault ${address}`, "vault-port", "the pod reaches Vault");
  if (look.exitCode === 0) return check.ok("connected");
  return judgeConnection(check, look, {
    swallowed: "let the pods' network reach it: security groups, routes, and the egress rules of networkPolicy",
    refused: "check the address, and that Vault listens there",
  });
}

export function judgeVaultLogin(request: AccessRequest, { address }: VaultPlace, pod: ChartPod, answer: VaultAnswer) {
  const { vault, serviceAccount } = pod;
  if (vault === undefined) return [];
  const account = `${request.cluster.namespace}/${serviceAccount.name}`;
  // The agent's own image is what logs in later, so nothing would be learnt from doing this in the pod.
  const wanted = `a token of ${account}, used from this machine, logs in as ${vault.role}`;
  const login = checkOn(`Vault ${address}`, "vault-login", wanted);
  const secret = checkOn(`Vault ${address}`, "vault-secret", `that login reads ${vault.path}`);
  switch (answer.step) {
    case "token":
      return [login.blocker(answer.why, `give your account of the cluster the right to create serviceaccounts/token`)];
    case "reach":
      return [
        login.blocker(
          answer.why,
          "check address and network; for a certificate of an authority of your own give caCertFile of gtid-ferry:vault",
        ),
      ];
    case "login":
      return [login.blocker(said(answer), loginFix(vault, account, answer.status))];
    case "read":
      return [login.ok("logged in"), secret.blocker(said(answer), secretFix(vault, answer.status))];
    case "done":
      return [login.ok("logged in"), judgeKeys(secret, vault, answer.keys)];
  }
}

function judgeKeys(check: Check, vault: PodVault, keys: readonly string[]): Finding {
  const needed = [...DATABASE_KEYS, ...(vault.hasS3Keys ? S3_KEYS : [])];
  const missing = needed.filter((key) => !keys.includes(key));
  if (missing.length === 0) return check.ok(`has ${needed.join(", ")}`);
  return check.blocker(`has no ${missing.join(", ")}`, `write them to ${vault.path}, beside what is there`);
}

function loginFix({ authPath, role }: PodVault, account: string, status: number): string {
  const [namespace, name] = account.split("/");
  const bind = `bound_service_account_names=${name} bound_service_account_namespaces=${namespace}`;
  const roleFix = `give the role of that name to this account: vault write ${authPath}/role/${role} ${bind} ...`;
  if (status === 400) return roleFix;
  if (status === 404) return `enable Kubernetes auth at ${authPath}, or correct credentials.vault.authPath`;
  return `${roleFix}\nif it has: the role's audience has to be the token's, ${authPath}/config has to name this cluster's API, and its reviewer has to be allowed system:auth-delegator`;
}

function secretFix({ path, role }: PodVault, status: number): string {
  if (status === 404) return `write the secret: ${path} is not there, or is no path of a KV engine, version 2`;
  return `give the role ${role} a policy with: path "${path}" { capabilities = ["read"] }`;
}

function said({ status, errors }: { readonly status: number; readonly errors: readonly string[] }): string {
  return `Vault answers ${status}${errors.length === 0 ? "" : `: ${errors.join("; ")}`}`;
}
