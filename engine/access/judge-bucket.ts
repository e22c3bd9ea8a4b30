import { type Check, checkOn, type Finding } from "../operation/index.js";
import type { ChartPod } from "./chart-pod.js";
import type { Look, LookName, TestObject } from "./observation.js";
import type { AccessRequest, BucketPlace } from "./request.js";
import { backupFolder, testObjectKey } from "./test-object.js";

const TIMED_OUT = 124;
const NO_PROGRAM = 127;
/** Of the AWS CLI that finds no credentials. */
const NO_CREDENTIALS = 253;

/** What the pod found out about the identity it has in AWS, and about the bucket. */
export function judgeBucket(
  request: AccessRequest,
  pod: ChartPod,
  looks: Readonly<Partial<Record<LookName, Look>>>,
  testObject: TestObject,
): Finding[] {
  const { bucket } = request;
  const folder = backupFolder(request);
  const key = testObjectKey(request);
  const listing = checkOn(`s3://${bucket.bucket}/${folder}`, "bucket-list", `the pod lists the keys below ${folder}`);
  const reading = checkOn(`s3://${bucket.bucket}/${key}`, "bucket-read", "the pod reads a test object");
  return [
    ...(looks.identity === undefined ? [] : [judgeIdentity(request, pod, looks.identity)]),
    ...(looks.list === undefined ? [] : [judgeList(listing, request, looks.list)]),
    ...(looks.read === undefined ? [] : [judgeRead(reading, request, looks.read, testObject)]),
  ];
}

function judgeIdentity({ cluster }: AccessRequest, { serviceAccount }: ChartPod, { exitCode, output }: Look): Finding {
  const { name, roleArn } = serviceAccount;
  const wanted = roleArn === undefined ? "an identity in AWS" : `the role ${roleArn}`;
  const check = checkOn(`pod of ${cluster.namespace}/${name}`, "aws-identity", wanted);
  // Informational: whether it suffices is seen by listing and reading.
  if (exitCode !== 0) return check.warning(`sts get-caller-identity: ${output}`, "see what bucket-list says");
  const role = roleArn?.split("/").at(-1);
  if (role === undefined || output.includes(`:assumed-role/${role}/`)) return check.ok(output);
  return check.blocker(
    `the pod is ${output}`,
    "let the cluster give roles to service accounts (IRSA): its pod identity webhook has to run, and the pod must not have other credentials",
  );
}

function judgeList(check: Check, request: AccessRequest, look: Look): Finding {
  if (look.exitCode === 0) return check.ok(look.output === "0" ? "listed; there is nothing yet" : "listed");
  const { bucket } = request;
  const allow = `allow s3:ListBucket on arn:aws:s3:::${bucket.bucket} with the prefix ${backupFolder(request)}*`;
  return judgeFailure(check, bucket, look, allow);
}

function judgeRead(check: Check, request: AccessRequest, look: Look, testObject: TestObject): Finding {
  const { bucket } = request;
  if (look.exitCode === 0) {
    if (testObject.kind !== "written" || look.output === testObject.content) return check.ok("read");
    return check.blocker(
      "what the pod reads is not what this machine has just written there",
      "give the pod and this machine the same bucket: compare the endpoints, and the accounts that they log in to",
    );
  }
  const { code } = awsError(look);
  const objects = `arn:aws:s3:::${bucket.bucket}/${backupFolder(request)}*`;
  const allow = `allow s3:GetObject on ${objects}, and kms:Decrypt with the bucket's key where it has one,`;
  const isMissing = code === "NoSuchKey" || code === "404";
  // Whoever may list a folder of the bucket only gets the same answer from S3 for an object that is not there.
  const mayBeMissing = testObject.kind === "refused" && (code === "AccessDenied" || code === "403");
  if (isMissing || mayBeMissing) {
    const put = `echo gtid-ferry | aws s3 cp - s3://${bucket.bucket}/${testObjectKey(request)}${storeOption(bucket)}`;
    const reason = testObject.kind === "refused" ? `, and this machine could not put one there: ${testObject.why}` : "";
    const fix = `put one there with an account that may write to the bucket:\n${put}`;
    if (isMissing) return check.blocker(`there is no test object${reason}`, fix);
    const seen = `${look.output}: there is no test object, or the pod may not read it${reason}`;
    return check.blocker(seen, `${fix}\nwhere that does not help, ${fixes(bucket, allow)[code]}`);
  }
  return judgeFailure(check, bucket, look, allow);
}

/** What listing and reading have in common. `allow` says which right, without for whom and where. */
function judgeFailure(check: Check, bucket: BucketPlace, look: Look, allow: string): Finding {
  const { exitCode, output } = look;
  const { code, operation } = awsError(look);
  const store = bucket.endpoint ?? "S3";
  if (exitCode === TIMED_OUT) {
    return check.blocker(
      `no answer of ${store} in time: ${output}`,
      "let the pods reach it: a gateway endpoint for S3 or a NAT gateway in their VPC, DNS, and the egress rules of networkPolicy",
    );
  }
  if (exitCode === NO_PROGRAM) {
    return check.blocker(output, "give an image with the AWS CLI: restore.image in gtid-ferry:chartValues");
  }
  if (exitCode === NO_CREDENTIALS) {
    return check.blocker(
      output,
      "give the pod a login: serviceAccount.roleArn (IRSA) in gtid-ferry:chartValues, or keys (gtid-ferry:backupAccessKeyId, or credentials of the chart)",
    );
  }
  if (operation === "AssumeRoleWithWebIdentity") {
    return check.blocker(
      output,
      "let the role's trust policy name this cluster's OIDC provider, the namespace and the service account, and the audience sts.amazonaws.com",
    );
  }
  return check.blocker(output, fixes(bucket, allow)[code] ?? `check bucket, region, endpoint and the way to ${store}`);
}

function fixes({ bucket, region }: BucketPlace, allow: string): Readonly<Record<string, string>> {
  const rights = `${allow} in the policy of the pod's role and, from account to account, in the bucket's policy too`;
  const region_ = `give the region that the bucket ${bucket} is in, instead of ${region}`;
  const login = "give keys that are valid, and of the store that the bucket is in";
  return {
    NoSuchBucket: `create the bucket ${bucket}, or correct gtid-ferry:backupBucket`,
    AccessDenied: rights,
    "403": rights,
    AllAccessDisabled: rights,
    PermanentRedirect: region_,
    AuthorizationHeaderMalformed: region_,
    IllegalLocationConstraintException: region_,
    InvalidAccessKeyId: login,
    SignatureDoesNotMatch: login,
    ExpiredToken: login,
    InvalidToken: login,
  };
}

/** The code of AWS, and the operation that failed, as the AWS CLI prints them. */
function awsError({ output }: Look): { readonly code: string; readonly operation: string } {
  const [, code = "", operation = ""] =
    /An error occurred \((\S+)\) when calling the (\w+) operation/.exec(output) ?? [];
  return { code, operation };
}

function storeOption({ endpoint, region }: BucketPlace): string {
  return ` --region ${region}${endpoint === undefined ? "" : ` --endpoint-url ${endpoint}`}`;
}
