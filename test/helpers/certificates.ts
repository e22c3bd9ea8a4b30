import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** A certificate authority in a directory, which signs server certificates there. */
export class Authority {
  readonly certificatePath: string;
  private readonly keyPath: string;

  constructor(private readonly directory: string) {
    this.certificatePath = join(directory, "authority.pem");
    this.keyPath = join(directory, "authority.key");
    const files = ["-keyout", this.keyPath, "-out", this.certificatePath];
    openssl("req", "-x509", ...NEW_KEY, ...DAYS, "-subj", "/CN=authority", ...files);
  }

  /** PEM text. */
  get certificate(): string {
    return readFileSync(this.certificatePath, "utf8");
  }

  /** Writes `server.pem` and `server.key`; `names` is a subjectAltName, e.g. `DNS:localhost,IP:127.0.0.1`. */
  sign(names: string): { readonly certificatePath: string; readonly keyPath: string } {
    const file = (ending: string) => join(this.directory, `server.${ending}`);
    const [certificatePath, keyPath] = [file("pem"), file("key")];
    writeFileSync(file("ext"), `subjectAltName=${names}\n`);
    openssl("req", ...NEW_KEY, "-subj", "/CN=server", "-keyout", keyPath, "-out", file("csr"));
    const authority = ["-CA", this.certificatePath, "-CAkey", this.keyPath, "-CAcreateserial"];
    const files = ["-in", file("csr"), "-extfile", file("ext"), "-out", certificatePath];
    openssl("x509", "-req", ...DAYS, ...authority, ...files);
    return { certificatePath, keyPath };
  }
}

const NEW_KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
const DAYS = ["-days", "2"];

function openssl(...argv: readonly string[]): void {
  execFileSync("openssl", argv, { stdio: "pipe" });
}
