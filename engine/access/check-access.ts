import { messageOf, type Progress } from "../operation/index.js";
import { assertNoBlockers, type Finding, formatFindings } from "../preflight/index.js";
import { withServiceAccount } from "./account.js";
import { type ChartPod, chartPod } from "./chart-pod.js";
import { judgeAccess } from "./judge.js";
import type { AccessRequest } from "./request.js";
import { runPod } from "./run-pod.js";
import { TargetNamespace } from "./target-namespace.js";
import { putTestObject } from "./test-object.js";
import { readSecret, type VaultResult } from "./vault-login.js";

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

/** As `checkAccess`; throws one error with all blockers and their fixes. */
export async function ensureAccess(request: AccessRequest, progress: Progress): Promise<Finding[]> {
  const findings = await checkAccess(request, progress);
  assertNoBlockers(findings, "access check");
  progress(formatFindings(findings));
  return findings;
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
