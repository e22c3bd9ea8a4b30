import { chown, copyFile, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { paths } from "../../toolchain/paths.js";

export const MYSQL_ID = 999;

/** What the images have besides packages of Debian, as root directories; `remove` ends them. */
export interface ImageAdditions {
  readonly pause: string;
  readonly mysql: string;
  remove(): Promise<void>;
}

export async function makeImageAdditions(busybox: string, debianRoot: string): Promise<ImageAdditions> {
  await mkdir(paths.containerImages, { recursive: true });
  const directory = await mkdtemp(join(paths.containerImages, "additions-"));
  const additions = { pause: join(directory, "pause"), mysql: join(directory, "mysql") };
  await addBusybox(additions.pause, busybox);
  await addMysqlAccount(additions.mysql, debianRoot);
  return { ...additions, remove: () => rm(directory, { recursive: true, force: true }) };
}

async function addBusybox(root: string, busybox: string): Promise<void> {
  await mkdir(join(root, "bin"), { recursive: true });
  await copyFile(busybox, join(root, "bin/busybox"));
  await symlink("busybox", join(root, "bin/sh"));
}

async function addMysqlAccount(root: string, debianRoot: string): Promise<void> {
  await mkdir(join(root, "etc"), { recursive: true });
  const lines = { passwd: `mysql:x:${MYSQL_ID}:${MYSQL_ID}::/var/lib/mysql:/bin/bash`, group: `mysql:x:${MYSQL_ID}:` };
  for (const [name, line] of Object.entries(lines)) {
    const others = await readFile(join(debianRoot, "etc", name), "utf8");
    await writeFile(join(root, "etc", name), `${others}${line}\n`);
  }
  for (const folder of ["var/lib/mysql", "var/lib/mysql-files", "run/mysqld"]) {
    await mkdir(join(root, folder), { recursive: true });
    await chown(join(root, folder), MYSQL_ID, MYSQL_ID);
  }
}
