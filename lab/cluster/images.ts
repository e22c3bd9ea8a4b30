import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Progress } from "@gtid-ferry/engine/operation";
import type { ClusterToolchain } from "../../toolchain/cluster.js";
import { withLock } from "../../toolchain/lock.mjs";
import { paths } from "../../toolchain/paths.js";
import { stampOf } from "../../toolchain/stamp.js";
import { CONTAINERD_SOCKET } from "./configuration.js";
import { MYSQL_ID, makeImageAdditions } from "./image-additions.js";
import { type ImageSpecification, packImage, treeDigest } from "./image-archive.js";
import { MYSQL_IMAGE, PAUSE_IMAGE } from "./image-names.js";
import { must } from "./run.js";
import type { Sandbox } from "./sandbox.js";

/** Packs the images where that was not done yet; gives the directories of their archives' files. */
export function ensureImages({ runtime, imageRoot }: ClusterToolchain, progress: Progress): Promise<readonly string[]> {
  return withLock(join(paths.locks, "container-images"), progress, async () => {
    const additions = await makeImageAdditions(runtime.busybox, imageRoot);
    try {
      // Differs when other packages are installed.
      const packages = await readFile(join(imageRoot, "var/lib/dpkg/status"), "utf8");
      return [
        await ensureImage(pauseImage(additions.pause), await treeDigest(additions.pause), progress),
        await ensureImage(
          mysqlImage(imageRoot, additions.mysql),
          packages + (await treeDigest(additions.mysql)),
          progress,
        ),
      ];
    } finally {
      await additions.remove();
    }
  });
}

/** Gives the image of a directory that `ensureImages` named to the cluster's containerd. */
export async function importImage(directory: string, sandbox: Sandbox, { runtime }: ClusterToolchain): Promise<void> {
  const ctr = [join(runtime.binDirectory, "ctr"), "--address", CONTAINERD_SOCKET, "--namespace", "k8s.io"];
  const script = 'files=$0; tar --create --directory="$files" . | "$@"';
  await must(["sh", "-c", script, directory, ...sandbox.enter, ...ctr, "images", "import", "-"], {
    timeoutSeconds: 300,
  });
}

async function ensureImage(image: ImageSpecification, content: string, progress: Progress): Promise<string> {
  const { name, config, layers } = image;
  const directory = join(paths.containerImages, name.replaceAll(/[/:]/g, "_"));
  const excluded = layers.map(({ exclude }) => exclude);
  const stamp = stampOf(`${directory}.stamp`, [JSON.stringify({ name, config, excluded }), content]);
  if (existsSync(directory) && (await stamp.isCurrent())) return directory;
  const start = Date.now();
  progress(`packing image ${name}`);
  await packImage(image, directory);
  await stamp.write();
  progress(`packing image ${name}: done in ${Math.round((Date.now() - start) / 1000)} s`);
  return directory;
}

function pauseImage(root: string): ImageSpecification {
  const config = { Env: ["PATH=/bin"], Entrypoint: ["/bin/busybox", "sleep", "2147483647"] };
  return { name: PAUSE_IMAGE, layers: [{ root }], config };
}

function mysqlImage(root: string, additions: string): ImageSpecification {
  const folders = ["proc", "sys", "dev", "run", "tmp", "var/cache", "var/lib/apt", "var/tmp"];
  const unused = ["doc", "man", "locale", "info"].map((name) => `usr/share/${name}`);
  const programs = ["pt-*", "gdb", "mysqlslap", "myisam*", "perror", "innochecksum", "mysql_migrate_keyring"];
  const exclude = [
    ...[...folders, ...unused].map((folder) => `./${folder}/*`),
    ...programs.map((name) => `./usr/bin/${name}`),
  ];
  const search = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
  return {
    name: MYSQL_IMAGE,
    layers: [{ root, exclude }, { root: additions }],
    config: { Env: [`PATH=${search}`], User: `${MYSQL_ID}:${MYSQL_ID}`, Cmd: ["mysqld"] },
  };
}
