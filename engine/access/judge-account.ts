import { checkOn, type Finding } from "../operation/index.js";
import { type ChartPod, ROLE_ANNOTATION } from "./chart-pod.js";
import type { AccountState } from "./observation.js";
import type { AccessRequest } from "./request.js";

/** As Helm notes it on what a release owns. */
export function helmOwner(release: string, namespace: string): string {
  return `${namespace}/${release}`;
}

/** Whether the release's pods will have the service account that they log in with; `state` is undefined for none. */
export function judgeAccount(
  { release, cluster: { namespace } }: AccessRequest,
  { serviceAccount: { name, isMadeByRelease, roleArn } }: ChartPod,
  state: AccountState | undefined,
): Finding {
  const wanted = isMadeByRelease ? "one that the release makes" : "one that is there before the release";
  const check = checkOn(`service account ${namespace}/${name}`, "service-account", wanted);
  const kubectl = (verb: string, rest: string) =>
    `kubectl ${verb} serviceaccount ${name} ${rest}--namespace ${namespace}`;
  const annotate = roleArn === undefined ? [] : [kubectl("annotate", `${ROLE_ANNOTATION}=${roleArn} --overwrite `)];
  if (state === undefined) {
    if (isMadeByRelease)
      return check.ok("none yet; the pod of this check had one of the same name, which is gone again");
    return check.blocker("there is none", [kubectl("create", ""), ...annotate].join("\n"));
  }
  if (isMadeByRelease && state.helmOwner !== helmOwner(release, namespace)) {
    const owner = state.helmOwner === undefined ? "Helm does not know it" : `it belongs to release ${state.helmOwner}`;
    const handOver = [
      kubectl("label", "app.kubernetes.io/managed-by=Helm --overwrite "),
      kubectl(
        "annotate",
        `meta.helm.sh/release-name=${release} meta.helm.sh/release-namespace=${namespace} --overwrite `,
      ),
    ];
    const fix = `set serviceAccount.create: false in gtid-ferry:chartValues, or give it to the release:\n${handOver.join("\n")}`;
    return check.blocker(`it is there, and ${owner}: the release could not be installed`, fix);
  }
  const seenRole = state.annotations[ROLE_ANNOTATION];
  if (roleArn !== undefined && seenRole !== roleArn) {
    const seen = `it names ${seenRole === undefined ? "no role" : `the role ${seenRole}`}, not ${roleArn}`;
    return check.blocker(seen, annotate.join("\n"));
  }
  return check.ok(roleArn === undefined ? "it is there" : `it is there and names the role ${roleArn}`);
}
