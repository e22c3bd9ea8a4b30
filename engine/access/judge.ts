import { checkOn, type Finding } from "../operation/index.js";
import type { ChartPod } from "./chart-pod.js";
import { judgeAccount } from "./judge-account.js";
import { judgeBucket } from "./judge-bucket.js";
import { judgeSource } from "./judge-source.js";
import { judgeVaultLogin, judgeVaultPort } from "./judge-vault.js";
import type { AccountState, PodReport, TestObject, VaultAnswer } from "./observation.js";
import type { AccessRequest } from "./request.js";

/** All that was seen. */
export interface AccessObservation {
  /** Undefined for none. */
  readonly account: AccountState | undefined;
  /** Absent where there is no account that the pod could have. */
  readonly pod?: PodReport;
  readonly testObject: TestObject;
  readonly vault?: VaultAnswer;
}

/** What each thing that was seen means for the migration, and what to do about it. */
export function judgeAccess(request: AccessRequest, pod: ChartPod, seen: AccessObservation): Finding[] {
  const { vault } = request;
  return [
    judgeAccount(request, pod, seen.account),
    ...(seen.pod === undefined ? [] : judgePod(request, pod, seen.pod, seen.testObject)),
    ...(vault === undefined || seen.vault === undefined ? [] : judgeVaultLogin(request, vault, pod, seen.vault)),
  ];
}

function judgePod(request: AccessRequest, pod: ChartPod, report: PodReport, testObject: TestObject): Finding[] {
  const { cluster, vault } = request;
  if ("unseen" in report) {
    const wanted = "a pod like those of the release, which looks at the bucket and at the source";
    return [checkOn(`namespace ${cluster.namespace}`, "pod", wanted).blocker(report.unseen, report.fix)];
  }
  const { looks } = report;
  return [
    ...judgeBucket(request, pod, looks, testObject),
    ...(looks.source === undefined ? [] : [judgeSource(request, looks.source)]),
    ...(vault === undefined || looks.vault === undefined ? [] : [judgeVaultPort(vault, looks.vault)]),
  ];
}
