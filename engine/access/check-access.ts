import { setTimeout as sleep } from "node:timers/promises";
import { assertNoBlockers, type Finding, formatFindings, messageOf, type Progress } from "../operation/index.js";
import { withServiceAccount } from "./account.js";
import { type ChartPod, chartPod } from "./chart-pod.js";
import { judgeAccess } from "./judge.js";
import type { AccessRequest } from "./request.js";
import { runPod } from "./run-pod.js";
import { TargetNamespace } from "./target-namespace.js";
import { putTestObject } from "./test-object.js";
import { readSecret, type VaultResult } from "./vault-login.js";

const SETTLE_SECONDS = 60;
const SETTLE_INTERVAL_MILLISECONDS = 3_000;
const SETTLING_CHECKS: readonly string[] = ["aws-identity", "bucket-list", "bucket-read", "source-port"];

/**
 * Looks, as the target's pods will be, whether they get at bucket, source and Vault. Leaves nothing behind but the test
 * object. Throws a FerryError where it could not look: no way to the cluster, or no right to make the pod.
 */
export async function checkAccess(request: AccessRequest, progress: Progress): Promise<Finding[]> {
  const pod = chartPod(request);
  const namespace = new TargetNamespace(request.cluster);
  return withServiceAccount(namespace, request, pod, async (account, exists) => {
    const testObject = await putTestObject(request);
    if (!exists) return judgeAccess(request, pod, { account, testObject });
    const vault = await askVault(namespace, request, pod);
    const report = await runPod(namespace, request, pod, vault?.login ?? request.podLogin, progress);
    const seen = { account, testObject, pod: report, ...(vault === undefined ? {} : { vault: vault.answer }) };
    return judgeAccess(request, pod, seen);
  });
}

/** As `checkAccess`; looks again for a while at what may still settle. Throws one error with all blockers and their fixes. */
export async function ensureAccess(request: AccessRequest, progress: Progress): Promise<Finding[]> {
  const { settleTimeoutSeconds = request.bucket.endpoint === undefined ? SETTLE_SECONDS : 0 } = request;
  const end = Date.now() + settleTimeoutSeconds * 1000;
  let findings = await checkAccess(request, progress);
  while (findings.some(maySettle) && Date.now() < end) {
    const refused = findings.filter(maySettle).map(({ check }) => check);
    progress(`access check: ${refused.join(", ")} refused; rights may not hold yet, so once more`);
    await sleep(SETTLE_INTERVAL_MILLISECONDS);
    findings = await checkAccess(request, progress);
  }
  assertNoBlockers(findings, "access check");
  progress(formatFindings(findings));
  return findings;
}

/** What depends on rights and routes, which the same run may just have made. */
function maySettle({ check, severity }: Finding): boolean {
  return severity === "blocker" && SETTLING_CHECKS.includes(check);
}

/** Undefined where the pods take nothing from Vault. */
async function askVault(
  namespace: TargetNamespace,
  { vault }: AccessRequest,
  pod: ChartPod,
): Promise<VaultResult | undefined> {
  if (vault === undefined || pod.vault === undefined) return undefined;
  try {
    const token = await namespace.token(pod.serviceAccount.name, vault.audience);
    if (token === undefined) return { answer: { step: "token", why: "the service account is gone" } };
    return await readSecret(vault, pod.vault, token);
  } catch (error) {
    return { answer: { step: "token", why: messageOf(error) } };
  }
}
