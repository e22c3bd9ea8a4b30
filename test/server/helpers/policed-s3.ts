import { runSimulation } from "@cloud-copilot/iam-simulate";
import { startRefusingS3 } from "./refusing-s3.js";

export interface PolicedS3 {
  readonly endpoint: string;
  /** Actions that were refused, in their order. */
  readonly refused: string[];
  /** Actions that the policy has allowed so far, each once, in the order of the alphabet. */
  allowed(): readonly string[];
  stop(): Promise<void>;
}

interface Action {
  readonly action: string;
  readonly resource: string;
  readonly prefix?: string;
}

/** An S3 server in front of another, where whoever signs with `accessKeyId` may do what the policy says and no more. */
export async function startPolicedS3(endpoint: string, accessKeyId: string, policy: unknown): Promise<PolicedS3> {
  const refused: string[] = [];
  const allowed = new Set<string>();
  const proxy = await startRefusingS3(endpoint, async (method, url, authorization) => {
    if (!authorization.includes(`Credential=${accessKeyId}/`)) return false;
    const request = actionOf(method, new URL(url, endpoint));
    const isAllowed = await allows(policy, request);
    if (isAllowed) allowed.add(request.action);
    else refused.push(request.action);
    return !isAllowed;
  });
  return { ...proxy, refused, allowed: () => [...allowed].sort() };
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html */
function actionOf(method: string, { pathname, searchParams }: URL): Action {
  const [bucket = "", ...rest] = decodeURIComponent(pathname).slice(1).split("/");
  const key = rest.join("/");
  const resource = `arn:aws:s3:::${key === "" ? bucket : `${bucket}/${key}`}`;
  if (key === "") {
    const prefix = searchParams.get("prefix");
    const onBucket = { resource, ...(prefix === null ? {} : { prefix }) };
    if (method === "GET" && searchParams.has("uploads")) {
      return { action: "s3:ListBucketMultipartUploads", ...onBucket };
    }
    if (method === "GET" || method === "HEAD") return { action: "s3:ListBucket", ...onBucket };
  } else {
    const isPart = searchParams.has("uploadId");
    if (method === "GET") return { action: isPart ? "s3:ListMultipartUploadParts" : "s3:GetObject", resource };
    if (method === "HEAD") return { action: "s3:GetObject", resource };
    if (method === "PUT" || method === "POST") return { action: "s3:PutObject", resource };
    if (method === "DELETE") return { action: isPart ? "s3:AbortMultipartUpload" : "s3:DeleteObject", resource };
  }
  throw new Error(`unknown request: ${method} ${pathname}`);
}

async function allows(policy: unknown, { action, resource, prefix }: Action): Promise<boolean> {
  const accountId = "111111111111";
  const response = await runSimulation(
    {
      request: {
        principal: `arn:aws:iam::${accountId}:role/mysql-host`,
        action,
        resource: { resource, accountId },
        contextVariables: prefix === undefined ? {} : { "s3:prefix": prefix },
      },
      identityPolicies: [{ name: "upload", policy }],
      serviceControlPolicies: [],
      resourceControlPolicies: [],
    },
    {},
  );
  if (response.resultType !== "single") throw new Error(JSON.stringify(response));
  return response.overallResult === "Allowed";
}
