import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { must } from "./run.js";

/** One file system tree of an image. */
export interface ImageLayer {
  readonly root: string;
  /** Patterns of GNU tar, against paths that begin with "./". */
  readonly exclude?: readonly string[];
}

export interface ImageSpecification {
  readonly name: string;
  readonly layers: readonly ImageLayer[];
  /** Of the Docker image format: User, Env, Entrypoint, Cmd, WorkingDir. */
  readonly config: Readonly<Record<string, unknown>>;
}

/**
 * Writes the files of a Docker image archive into a directory, uncompressed; together in a tar they are what
 * `docker load` and `ctr images import` take. The directory appears under its name only when complete.
 */
export async function packImage(image: ImageSpecification, directory: string): Promise<void> {
  const unfinished = `${directory}.unfinished`;
  await rm(unfinished, { recursive: true, force: true });
  await rm(directory, { recursive: true, force: true });
  await mkdir(unfinished, { recursive: true });
  const files = image.layers.map((_, index) => `layer-${index}.tar`);
  const digests: string[] = [];
  for (const [index, { root, exclude = [] }] of image.layers.entries()) {
    const file = join(unfinished, `layer-${index}.tar`);
    const options = ["--numeric-owner", ...exclude.map((pattern) => `--exclude=${pattern}`)];
    await must(["tar", "--create", `--file=${file}`, `--directory=${root}`, ...options, "."], { timeoutSeconds: 600 });
    digests.push(`sha256:${await sha256(file)}`);
  }
  const rootfs = { type: "layers", diff_ids: digests };
  const configuration = { architecture: architecture(), os: "linux", config: image.config, rootfs };
  await writeFile(join(unfinished, "config.json"), JSON.stringify(configuration));
  const manifest = [{ Config: "config.json", RepoTags: [image.name], Layers: files }];
  await writeFile(join(unfinished, "manifest.json"), JSON.stringify(manifest));
  await rename(unfinished, directory);
}

/** Differs when names, contents, owners or modes below a directory do. */
export async function treeDigest(root: string): Promise<string> {
  const script = 'tar --create --directory="$0" --sort=name --mtime=@0 --numeric-owner . | sha256sum';
  return (await must(["sh", "-c", script, root])).join("");
}

async function sha256(file: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(file, { highWaterMark: 1 << 20 }), hash);
  return hash.digest("hex");
}

/** As images name it. */
function architecture(): string {
  return process.arch === "x64" ? "amd64" : process.arch;
}
