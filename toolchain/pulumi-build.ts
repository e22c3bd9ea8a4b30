import { chmod, copyFile, mkdir, readFile, rename } from "node:fs/promises";
import { join } from "node:path";
import { FerryError, type Progress } from "@gtid-ferry/engine/operation";
import { runTool, throttled } from "./command.js";
import { findProgram } from "./find-program.js";
import { paths } from "./paths.js";
import { builtPulumiVersion } from "./pulumi-version.js";
import { type Stamp, stampOf } from "./stamp.js";
import { formatVersion } from "./version.js";

const version = `v${formatVersion(builtPulumiVersion)}`;
const versionVariable = "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version";

// Two modules, because the CLI's own release has no language host that can be had as a Go module.
const parts = [
  {
    program: "pulumi-language-nodejs",
    module: "pulumi-language-nodejs",
    package: "github.com/pulumi/pulumi/sdk/v3/nodejs/cmd/pulumi-language-nodejs",
  },
  { program: "pulumi", module: "pulumi-cli", package: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi" },
] as const;

const modulePath = (part: (typeof parts)[number]): string => join(paths.projectRoot, "toolchain", part.module);
const dynamicProviderLauncher = join(paths.projectRoot, "node_modules/@pulumi/pulumi/pulumi-resource-pulumi-nodejs");

/** Remembers that `.ferry/bin` holds what the pinned modules give. */
export async function pulumiBuildStamp(): Promise<Stamp> {
  const files = parts.flatMap((part) => [join(modulePath(part), "go.mod"), join(modulePath(part), "go.sum")]);
  const texts = await Promise.all([...files, dynamicProviderLauncher].map((path) => readFile(path, "utf8")));
  return stampOf(join(paths.bin, ".pulumi"), [version, ...texts]);
}

/** Builds the Pulumi CLI and what it needs for TypeScript into `.ferry/bin`: one to three minutes. Needs Go. */
export async function buildPulumi(progress: Progress): Promise<void> {
  const go = findProgram("go") ?? findProgram("go", ["/usr/local/go/bin", "/usr/lib/go/bin"]);
  if (go === undefined) throw buildError("no go on PATH or in /usr/local/go/bin");
  await mkdir(paths.bin, { recursive: true });
  for (const part of parts) await buildPart(go, part, progress);
  const launcher = join(paths.bin, "pulumi-resource-pulumi-nodejs");
  await copyFile(dynamicProviderLauncher, launcher);
  await chmod(launcher, 0o755);
  await (await pulumiBuildStamp()).write();
}

async function buildPart(go: string, part: (typeof parts)[number], progress: Progress): Promise<void> {
  const start = Date.now();
  const logPath = join(paths.logs, `${part.program}-build.log`);
  progress(`Pulumi: building ${part.program} from its Go modules`);
  const unfinished = join(paths.bin, `${part.program}.unfinished`);
  const heartbeat = setInterval(
    () => progress(`Pulumi: still building ${part.program} (${Math.round((Date.now() - start) / 1000)} s)`),
    15_000,
  );
  const flags = ["-mod=readonly", "-trimpath", "-ldflags", `-s -w -X ${versionVariable}=${version}`];
  const built = await runTool([go, "build", ...flags, "-o", unfinished, part.package], {
    timeoutSeconds: 1800,
    workingDirectory: modulePath(part),
    environment: { CGO_ENABLED: "0", GOWORK: "off" },
    logPath,
    onLine: throttled((line) => progress(`Pulumi: ${line.replace(/^go: /, "")}`), 5),
  });
  clearInterval(heartbeat);
  if (built.exitCode !== 0) {
    throw buildError(
      [`${go} build: ${built.ended}`, ...built.lastLines.slice(-6), `log: ${logPath}`].join("\n          "),
    );
  }
  await rename(unfinished, join(paths.bin, part.program));
  progress(`Pulumi: ${part.program} built in ${Math.round((Date.now() - start) / 1000)} s`);
}

function buildError(seen: string): FerryError {
  return new FerryError({
    failed: "building the Pulumi CLI",
    where: paths.bin,
    seen,
    wanted: "a build from the pinned Go modules",
    next: "install the Pulumi CLI or Go, then run again",
  });
}
