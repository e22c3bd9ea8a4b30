import { spawn } from "node:child_process";
import { mkdir, rm } from "node:fs/promises";
import type { TestS3 } from "../lab/testing.js";

/** What a person would type instead: the same stream without hash, status, guard and manifest. */
export class BarePipe {
  constructor(
    private readonly s3: TestS3,
    private readonly aws: string,
    private readonly threads: number,
  ) {}

  /** Seconds of `tar | zstd | aws s3 cp -`. */
  async backup(directory: string, key: string, expectedBytes: number): Promise<number> {
    const upload = `"$AWS" s3 cp - "s3://$BUCKET/$KEY" --expected-size "$EXPECTED" --endpoint-url "$ENDPOINT" --only-show-errors`;
    const pipe = `tar -C "$DIRECTORY" -cf - . | zstd -q -1 -T"$THREADS" | ${upload}`;
    return this.run(pipe, { DIRECTORY: directory, KEY: key, EXPECTED: String(expectedBytes) });
  }

  /** Seconds of `aws s3 cp | zstd -d | tar -x` into a new directory, which is removed afterwards. */
  async restore(directory: string, key: string): Promise<number> {
    await mkdir(directory);
    const download = `"$AWS" s3 cp "s3://$BUCKET/$KEY" - --endpoint-url "$ENDPOINT" --only-show-errors`;
    try {
      return await this.run(`${download} | zstd -d -q | tar -C "$DIRECTORY" -xf -`, { DIRECTORY: directory, KEY: key });
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  }

  private async run(pipe: string, variables: Record<string, string>): Promise<number> {
    const { bucket, endpoint, region, accessKeyId, secretAccessKey } = this.s3;
    const env = {
      ...process.env,
      AWS: this.aws,
      BUCKET: bucket,
      ENDPOINT: endpoint,
      THREADS: String(this.threads),
      AWS_REGION: region,
      AWS_DEFAULT_REGION: region,
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      AWS_CONFIG_FILE: "/dev/null",
      // As backup.sh has it for every store but AWS itself, where it changes nothing: with other requests than ours the
      // ratio would be that of two ways to upload, not of two pipes.
      AWS_REQUEST_CHECKSUM_CALCULATION: "when_required",
      ...variables,
    };
    const start = performance.now();
    const child = spawn("bash", ["-c", `set -euo pipefail; ${pipe}`], { env, stdio: ["ignore", "inherit", "inherit"] });
    const code = await new Promise((resolve) => child.once("close", resolve));
    if (code !== 0) throw new Error(`exit code ${String(code)} from: ${pipe}`);
    return (performance.now() - start) / 1000;
  }
}
