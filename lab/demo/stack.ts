import { copyFile, mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Progress } from "@gtid-ferry/engine/operation";
import { shellEnvironment } from "../../toolchain/environment.js";
import { paths } from "../../toolchain/paths.js";
import type { Toolchain } from "../../toolchain/toolchain.js";
import { ensureStack, type PulumiProject, runPulumi } from "../pulumi.js";

export type Phase = "replicate" | "cutover" | "finalize";

/** Stack `dev`, with a copy of its configuration: the demo changes the phase, and the project's own file stays as it is. */
export class DemoStack {
  private constructor(
    readonly project: PulumiProject,
    private readonly configuration: string,
    private readonly progress: Progress,
  ) {}

  static async open(toolchain: Toolchain, progress: Progress): Promise<DemoStack> {
    const project = {
      directory: paths.projectRoot,
      stack: "dev",
      backend: paths.pulumiBackend,
      environment: shellEnvironment(process.env, toolchain.environment),
    };
    await ensureStack(project, progress);
    await mkdir(paths.lab, { recursive: true });
    const configuration = join(paths.lab, "Pulumi.dev.yaml");
    await copyFile(join(paths.projectRoot, "Pulumi.dev.yaml"), configuration);
    return new DemoStack(project, configuration, progress);
  }

  async up(phase: Phase): Promise<void> {
    this.progress(`pulumi up --refresh --yes --stack ${this.project.stack}, with gtid-ferry:phase ${phase}`);
    await this.run("config", "set", "gtid-ferry:phase", phase);
    await this.run("up", "--refresh", "--yes");
  }

  async destroy(): Promise<void> {
    this.progress(`pulumi destroy --yes --stack ${this.project.stack}`);
    await this.run("destroy", "--yes");
  }

  private async run(...args: string[]): Promise<void> {
    const shown = args[0] === "config" ? () => undefined : this.progress;
    const { exitCode } = await runPulumi(this.project, [...args, "--config-file", this.configuration], shown);
    if (exitCode !== 0) throw new Error(`pulumi ${args[0]} ended with exit code ${exitCode}; its messages are above`);
  }
}
