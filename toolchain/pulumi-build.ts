import { chmod, copyFile, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Progress } from "@gtid-ferry/engine/operation";
import { type GoBuild, goBuild, pinsOf } from "./go-build.js";
import { paths } from "./paths.js";
import { builtPulumiVersion } from "./pulumi-version.js";
import { type Stamp, stampOf } from "./stamp.js";
import { formatVersion } from "./version.js";

const version = `v${formatVersion(builtPulumiVersion)}`;

const common = {
  title: "Pulumi",
  binDirectory: paths.bin,
  variables: { "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version": version },
  otherWay: "install the Pulumi CLI or Go",
} as const;

// Two modules, because the CLI's own release has no language host that can be had as a Go module.
const builds: readonly GoBuild[] = [
  {
    ...common,
    module: "pulumi-language-nodejs",
    packages: ["github.com/pulumi/pulumi/sdk/v3/nodejs/cmd/pulumi-language-nodejs"],
  },
  { ...common, module: "pulumi-cli", packages: ["github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"] },
];

const dynamicProviderLauncher = join(paths.projectRoot, "node_modules/@pulumi/pulumi/pulumi-resource-pulumi-nodejs");

/** Remembers that `.ferry/bin` holds what the pinned modules give. */
export async function pulumiBuildStamp(): Promise<Stamp> {
  const pins = (await Promise.all(builds.map(pinsOf))).flat();
  return stampOf(join(paths.bin, ".pulumi"), [version, ...pins, await readFile(dynamicProviderLauncher, "utf8")]);
}

/** Builds the Pulumi CLI and what it needs for TypeScript into `.ferry/bin`: one to three minutes. Needs Go. */
export async function buildPulumi(progress: Progress): Promise<void> {
  for (const build of builds) await goBuild(build, progress);
  const launcher = join(paths.bin, "pulumi-resource-pulumi-nodejs");
  await copyFile(dynamicProviderLauncher, launcher);
  await chmod(launcher, 0o755);
  await (await pulumiBuildStamp()).write();
}
