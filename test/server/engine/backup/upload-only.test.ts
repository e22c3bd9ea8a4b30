import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { sourceUploadPolicy } from "../../../../components/backup-policies.js";
import { backupKeys, observeBackup, removeBackup, sourceScripts, takeBackup } from "../../../../engine/backup/index.js";
import { LocalHost } from "../../../../engine/hosts/index.js";
import { messageOf, silent } from "../../../../engine/operation/index.js";
import { BackupLab } from "../../helpers/backup-lab.js";
import { type PolicedS3, startPolicedS3 } from "../../helpers/policed-s3.js";
import { startRefusingS3 } from "../../helpers/refusing-s3.js";

const host = new LocalHost();
let lab: BackupLab;
let s3: PolicedS3;
/** The AWS CLI of a host whose role is the one that SourceUploadAccess makes; the engine's own login may do all. */
let aws: string;

beforeAll(async () => {
  lab = await BackupLab.start("upload-only");
  const place = { database: "shop", bucket: lab.s3.bucket, keyPrefix: "backups", partition: "aws" as const };
  s3 = await startPolicedS3(lab.s3.endpoint, "UPLOADONLY", sourceUploadPolicy(place));
  aws = await lab.tool(
    "aws-upload-only",
    'export AWS_ACCESS_KEY_ID=UPLOADONLY AWS_SECRET_ACCESS_KEY=upload-only\nexec "$AWS" "$@"',
  );
});

afterEach(() => s3.refused.splice(0));

afterAll(async () => {
  await s3.stop();
  await lab.stop();
});

const uploadOnly = (endpoint: string, tools: { readonly tar?: string } = {}) =>
  lab.backup({ storage: { ...lab.s3, endpoint }, tools: { aws, ...tools } });

describe("a host that may only upload", () => {
  it("takes a whole backup by scripts that lie there already, and asks for nothing that it may not", async () => {
    const scriptDirectory = join(lab.directory, "scripts");
    for (const { name, text } of sourceScripts()) await host.writeFile(join(scriptDirectory, name), text, 0o600);
    const request = { ...uploadOnly(s3.endpoint), scriptDirectory };
    const manifest = await takeBackup(host, request, silent);
    expect(await host.readFile(join(lab.workDirectory, `backup-${request.backupId}`, "backup.sh"))).toBe(undefined);
    expect(manifest.backupId).toBe(request.backupId);
    expect(s3.refused).toEqual([]);
    expect(s3.allowed()).toEqual(["s3:AbortMultipartUpload", "s3:ListBucket", "s3:PutObject"]);
    expect(await observeBackup(lab.s3, backupKeys("backups", "shop", request.backupId))).toBe("intact");
    await removeBackup(host, request, silent);
    expect(await lab.traces(request)).toEqual([]);
  });

  it("aborts the upload of a backup that fails", async () => {
    const tar = await lab.tool("tar", 'tar "$@" | head -c 20000000\nexit 2');
    const request = uploadOnly(s3.endpoint, { tar });
    expect(await takeBackup(host, request, silent).then(String, messageOf)).toContain("tar ended with exit code 2");
    expect(await lab.traces(request)).toEqual([]);
    expect(s3.allowed()).toContain("s3:ListBucketMultipartUploads");
  });

  it("leaves a whole object that it may not delete to the engine", async () => {
    const refusing = await startRefusingS3(s3.endpoint, (method, url) => method === "PUT" && url.includes("manifest"));
    try {
      const request = uploadOnly(refusing.endpoint);
      const message = await takeBackup(host, request, silent).then(String, messageOf);
      expect(message).toContain("stage publish: the manifest cannot be uploaded");
      expect(s3.refused).toEqual(["s3:DeleteObject", "s3:DeleteObject"]);
      expect(await lab.traces(request)).toEqual([]);
    } finally {
      await refusing.stop();
    }
  });

  it("gets at no other database's place", async () => {
    const request = { ...uploadOnly(s3.endpoint), database: "crm" };
    const message = await takeBackup(host, request, silent).then(String, messageOf);
    expect(message).toContain("stage check: S3 refuses uploads to s3://");
    expect(s3.refused).toEqual(["s3:PutObject"]);
  });
});
