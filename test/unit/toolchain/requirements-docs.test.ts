import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { XTRABACKUP_SERIES } from "../../../engine/backup/host-check/xtrabackup-series.js";
import { OLDEST_SUPPORTED_VERSION } from "../../../engine/mysql/index.js";
import { paths } from "../../../toolchain/paths.js";
import { REQUIREMENTS_DOCUMENT, withRequirements } from "../../../toolchain/requirements-docs.js";
import { UPGRADES } from "../../program/helpers/upgrades.js";

const read = (path: string) => readFile(join(paths.projectRoot, path), "utf8");

it("has the matrix of releases as the code has it (npm run docs writes it)", async () => {
  const document = await read(REQUIREMENTS_DOCUMENT);
  expect(document).toBe(withRequirements(document));
});

it("names what the code and the tests have, and is linked from the README", async () => {
  const document = await read(REQUIREMENTS_DOCUMENT);
  expect(document).toContain(`| ${OLDEST_SUPPORTED_VERSION} |`);
  for (const [from, to] of UPGRADES) {
    expect(document).toContain(`${from} to ${to}`);
    expect(document).toContain(`| ${from} | ${to} | version string |`);
  }
  expect(document).toContain(`: ${Object.keys(XTRABACKUP_SERIES).join(", ")}.`);
  expect(await read("README.md")).toContain(`](${REQUIREMENTS_DOCUMENT})`);
});

it("says of the administrator's privileges that RDS refuses what the README asks for", async () => {
  const document = await read(REQUIREMENTS_DOCUMENT);
  const readme = await read("README.md");
  for (const privilege of ["SYSTEM_VARIABLES_ADMIN", "PERSIST_RO_VARIABLES_ADMIN"]) {
    expect(document).toContain(privilege);
    expect(readme).toContain(privilege);
  }
});
