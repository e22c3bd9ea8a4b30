import { spawn, spawnSync } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

// A checkout with stand-ins for npm and tsc that write down each call.
let checkout = "";

function write(path: string, text: string, mode = 0o644): void {
  mkdirSync(dirname(join(checkout, path)), { recursive: true });
  writeFileSync(join(checkout, path), text);
  chmodSync(join(checkout, path), mode);
}

function calls(): string {
  return readFileSync(join(checkout, "calls"), "utf8");
}

const environment = () => ({ ...process.env, PATH: `${join(checkout, "fake-bin")}:${process.env.PATH}` });
const argumentsOf = (script: string, ...rest: string[]) => [join(checkout, "toolchain/run.mjs"), script, ...rest];

function runScript(script: string, ...rest: string[]) {
  return spawnSync(process.execPath, argumentsOf(script, ...rest), {
    cwd: checkout,
    env: environment(),
    encoding: "utf8",
  });
}

const lockfile = (version: string) =>
  JSON.stringify({
    packages: {
      "": { name: "root" },
      "node_modules/typescript": { version, integrity: `sha512-${version}` },
      "node_modules/only-on-another-platform": { version: "1.0.0", integrity: "sha512-o", optional: true },
    },
  });

const fakeNpm = `#!/bin/sh
echo "npm $1" >> calls
mkdir -p node_modules/typescript/bin
echo '{"name":"typescript","version":"1.0.0"}' > node_modules/typescript/package.json
cat > node_modules/typescript/bin/tsc <<'END'
const { appendFileSync, mkdirSync, readFileSync } = require("node:fs");
appendFileSync("calls", "tsc\\n");
mkdirSync("engine/dist", { recursive: true });
process.exitCode = readFileSync("engine/index.ts", "utf8").includes("wrong") ? 2 : 0;
END
sed 's/"node_modules.only-on-another-platform.*/"none":{}}}/' package-lock.json > node_modules/.package-lock.json
`;

beforeEach(() => {
  checkout = mkdtempSync(join(tmpdir(), "ferry-run-"));
  for (const name of ["run.mjs", "lock.mjs"]) {
    cpSync(resolve("toolchain", name), join(checkout, "toolchain", name), { recursive: true });
  }
  write("fake-bin/npm", fakeNpm, 0o755);
  write("package.json", "{}");
  write("tsconfig.json", "{}");
  write("package-lock.json", lockfile("1.0.0"));
  write("engine/index.ts", "right");
  write("calls", "");
  write("script.js", "console.log(process.argv.slice(2).join()); process.exitCode = 7;");
});
afterEach(() => rmSync(checkout, { recursive: true }));

describe("run.mjs", () => {
  it("installs and builds once, passes arguments and exit code on, and then does nothing but run", () => {
    const first = runScript("script.js", "a", "--b");
    expect([first.status, first.stdout]).toEqual([7, "a,--b\n"]);
    expect(calls()).toBe("npm ci\ntsc\n");
    expect(runScript("script.js").stderr).toBe("");
    expect(calls()).toBe("npm ci\ntsc\n");
  });

  it("installs and builds again when the lockfile has changed", () => {
    runScript("script.js");
    write("package-lock.json", lockfile("2.0.0"));
    runScript("script.js");
    expect(calls()).toBe("npm ci\ntsc\nnpm ci\ntsc\n");
  });

  it.each([
    ["changed", () => utimesSync(join(checkout, "engine/index.ts"), 1, 1)],
    ["added", () => write("engine/gtid/set.ts", "more")],
    ["lost its output", () => rmSync(join(checkout, "engine/dist"), { recursive: true })],
  ])("builds again when the engine has %s", (_what, change) => {
    runScript("script.js");
    change();
    runScript("script.js");
    expect(calls()).toBe("npm ci\ntsc\ntsc\n");
  });

  it("does not run the script on an engine that does not build, and tries again the next time", () => {
    write("engine/index.ts", "wrong");
    for (const _attempt of [1, 2]) {
      const { status, stdout, stderr } = runScript("script.js");
      expect([status, stdout]).toEqual([1, ""]);
      expect(stderr).toContain("building the engine failed");
    }
    expect(calls()).toBe("npm ci\ntsc\ntsc\n");
  });

  it("passes a signal on, and ends by the signal that the script ended by", async () => {
    write(
      "waiting.js",
      `process.on("SIGTERM", () => { console.log("told"); process.kill(process.pid, "SIGKILL"); });
      setInterval(() => {}, 1000); console.log("ready");`,
    );
    const child = spawn(process.execPath, argumentsOf("waiting.js"), { cwd: checkout, env: environment() });
    let printed = "";
    child.stdout.on("data", (data: Buffer) => {
      printed += data.toString();
      if (printed === "ready\n") child.kill("SIGTERM");
    });
    const signal = await new Promise((settle) => child.on("close", (_code, how) => settle(how)));
    expect([printed, signal]).toEqual(["ready\ntold\n", "SIGKILL"]);
  });
});
