import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { readWithMysqlbinlog } from "../../../../engine/binlog/mysqlbinlog.js";
import { GtidSet } from "../../../../engine/gtid/index.js";

const SECRET = "pass word#\"'\\";
const CONNECTION = {
  host: "10.20.1.5",
  port: 3306,
  user: "admin",
  password: SECRET,
  tls: { mode: "verify-ca", ca: "PEM" },
} as const;

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "mysqlbinlog-test-"));
});
afterEach(() => rm(directory, { recursive: true }));

/** Runs a shell script in the place of mysqlbinlog; `$OUT` is a directory for what it finds. */
async function read(script: string, timeoutSeconds = 20): Promise<string> {
  const program = join(directory, "mysqlbinlog");
  await writeFile(program, `#!/bin/sh\nOUT='${directory}'\n${script}\n`);
  await chmod(program, 0o700);
  const gtids = GtidSet.parse("aaaaaaaa-0000-0000-0000-000000000000:1-3");
  let output = "";
  for await (const chunk of readWithMysqlbinlog({
    connection: CONNECTION,
    file: "binlog.000007",
    gtids,
    program,
    timeoutSeconds,
  }))
    output += chunk.toString();
  return output;
}

const found = (name: string) => readFile(join(directory, name), "utf8");

it("gives the login by a file that only its user can read, and that is gone afterwards", async () => {
  const script = `echo "$@" > "$OUT/argv"; env > "$OUT/env"; f="\${1#--defaults-file=}"; echo "$f" > "$OUT/path"
    stat -c %a "$f" > "$OUT/mode"; cat "$f" > "$OUT/options"; echo printed`;
  expect(await read(script)).toBe("printed\n");
  expect(await found("argv")).toMatch(
    /--read-from-remote-server .*--include-gtids=aaaaaaaa-0000-0000-0000-000000000000:1-3 binlog\.000007\n$/,
  );
  for (const visible of ["argv", "env"]) expect(await found(visible)).not.toContain("pass word");
  expect(await found("mode")).toBe("600\n");
  expect(await found("options")).toContain("ssl-mode=VERIFY_CA");
  await expect(readFile((await found("path")).trim())).rejects.toThrow("ENOENT");
});

it("fails with what the program says, and without the password", async () => {
  const failure = await read('echo "could not connect" >&2; exit 3').catch((error: unknown) => String(error));
  expect(failure).toMatch(/failed on 10\.20\.1\.5:3306, binlog\.000007\n {2}seen: {3}exit code 3 could not connect\n/);
  expect(failure).not.toContain("pass word");
});

it("fails where there is no such program, and where it does not end", async () => {
  const missing = readWithMysqlbinlog({
    connection: CONNECTION,
    file: "binlog.000007",
    gtids: GtidSet.empty,
    program: join(directory, "nothing"),
  });
  await expect(missing.next()).rejects.toThrow(/ENOENT/);
  await expect(read("exec sleep 60", 0.2)).rejects.toThrow(/no end after 0.2 s/);
});

it("ends the program when nobody wants the rest", async () => {
  const program = join(directory, "mysqlbinlog");
  await writeFile(program, "#!/bin/sh\nexec yes\n");
  await chmod(program, 0o700);
  const output = readWithMysqlbinlog({ connection: CONNECTION, file: "f", gtids: GtidSet.empty, program });
  for await (const chunk of output) {
    expect(chunk.length).toBeGreaterThan(0);
    break;
  }
  // The loop has waited for its end, so nothing more comes.
  expect(await output.next()).toEqual({ done: true, value: undefined });
});
