import { defineConfig } from "vitest/config";

// "unit" and "contracts" need nothing but Node; "server" and "program" need what test/main.ts prepares (MySQL, S3, the Pulumi CLI),
// "cluster" and "cluster-alone" also what test/cluster/main.ts does (Kubernetes, Helm).
const WORKERS = 2;
/** They stop the cluster's kubelet, through which others reach their pods. */
const DISTURBING = ["test/cluster/chart/release.test.ts"];

export default defineConfig({
  test: {
    projects: [
      { test: { name: "contracts", include: ["test/contracts/**/*.test.ts"], maxWorkers: WORKERS } },
      { test: { name: "unit", include: ["test/unit/**/*.test.ts"], maxWorkers: WORKERS, testTimeout: 60_000 } },
      {
        test: {
          name: "server",
          include: ["test/server/**/*.test.ts"],
          maxWorkers: WORKERS,
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
      {
        test: {
          name: "program",
          include: ["test/program/**/*.test.ts"],
          maxWorkers: WORKERS,
          testTimeout: 900_000,
          hookTimeout: 900_000,
        },
      },
      {
        test: {
          name: "cluster",
          include: ["test/cluster/**/*.test.ts"],
          exclude: DISTURBING,
          maxWorkers: WORKERS,
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
      {
        test: {
          name: "cluster-alone",
          include: DISTURBING,
          maxWorkers: 1,
          sequence: { groupOrder: 1 },
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
    ],
  },
});
