import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { load } from "js-yaml";
import { describe, expect, it } from "vitest";
import { withValuesTable } from "../../../toolchain/chart-readme.js";
import { at, chartDirectory, each, entriesOf, helm, refusal, render } from "../../helpers/helm.js";

const MINIMAL = "minimal-values.yaml";

describe("values are refused", () => {
  it("when what must be given is not, all at once", () => {
    const { status, stderr } = helm(["template", "shop", chartDirectory]);
    expect(status).not.toBe(0);
    for (const path of ["/database", "/image/tag", "/backup/bucket", "/backup/region", "/backup/manifestKey"]) {
      expect(stderr).toContain(`at '${path}'`);
    }
    expect(stderr).toContain("at '/mysql/serverIdBase': minimum: got 0, want 1");
  });

  it.each([
    [{ databse: "shop" }, "additional properties 'databse' not allowed"],
    [{ mysql: { buffer: "1G" } }, "at '/mysql': additional properties 'buffer' not allowed"],
    [{ replicas: "3" }, "at '/replicas': got string, want integer"],
    [{ backup: { manifestKey: "backups/shop/b1" } }, "at '/backup/manifestKey'"],
    [{ backup: { endpoint: "s3.example" } }, "at '/backup/endpoint'"],
    [{ credentials: { source: "secret" } }, "at '/credentials/secretName': minLength: got 0, want 1"],
    [{ keyring: { component: "component_keyring_file" } }, "at '/keyring/secretName': minLength: got 0, want 1"],
    [{ keyring: { component: "keyring_file", secretName: "keys" } }, "at '/keyring/component'"],
    [{ credentials: { source: "file" } }, "at '/credentials/source': value must be one of 'none', 'secret', 'vault'"],
    [{ restore: { image: { repository: "pxb" } } }, "at '/restore/image/tag': minLength: got 0, want 1"],
    [{ serviceAccount: { roleArn: "irsa" } }, "at '/serviceAccount/roleArn'"],
    [{ metrics: { enabled: true } }, "at '/credentials/source': value must be one of 'secret', 'vault'"],
    [{ metrics: { serviceMonitor: { enabled: true } } }, "at '/metrics/enabled': value must be true"],
    [{ tls: { certManager: { enabled: true } } }, "at '/tls/certManager/issuerRef': missing property 'name'"],
    [{ userId: 0 }, "at '/userId': minimum: got 0, want 1"],
  ])("%j", (values, message) => {
    expect(refusal(MINIMAL, values)).toContain(message);
  });

  it.each([
    "super_read_only",
    "read_only",
    "loose_super_read_only",
    "server_id",
    "skip_replica_start",
    "event_scheduler",
    "gtid_mode",
    "persisted_globals_load",
    "init_file",
    "lower_case_table_names",
    "super-read-only",
    "loose-Super_Read_Only",
    "bind_address",
    "ssl_key",
  ])("the setting %s, which keeps a target safe", (name) => {
    const message = `mysql.settings.${name}: the chart sets it, so that the target is safe and can be reached`;
    expect(refusal(MINIMAL, { mysql: { settings: { [name]: "0" } } })).toContain(message);
  });

  it("a setting that would begin a second line", () => {
    const settings = { max_connections: "1\nsuper_read_only = OFF" };
    expect(refusal(MINIMAL, { mysql: { settings } })).toContain("at '/mysql/settings/max_connections'");
    const name = { "max_connections = 1\nsuper_read_only": "OFF" };
    expect(refusal(MINIMAL, { mysql: { settings: name } })).toContain("is not the name of a setting");
  });
});

describe("the chart's README", () => {
  it("has the values and comments of values.yaml", () => {
    const [readme, values] = ["README.md", "values.yaml"].map((name) =>
      readFileSync(join(chartDirectory, name), "utf8"),
    );
    expect(withValuesTable(readme ?? "", values ?? "")).toBe(readme);
  });
});

describe("the Argo CD Application", () => {
  const application = load(readFileSync(join(chartDirectory, "examples", "argocd-application.yaml"), "utf8"));

  it("deploys this chart with values that it takes", () => {
    const path = String(at(application, "spec.source.path"));
    expect(existsSync(join(chartDirectory, "..", path, "Chart.yaml"))).toBe(true);
    expect(at(application, "spec.source.helm.releaseName")).toBe("shop");
    const values = Object.fromEntries(entriesOf(at(application, "spec.source.helm.valuesObject")));
    expect(each(render(MINIMAL, values), "kind")).toContain("StatefulSet");
  });

  it("leaves the switchover's selector alone", () => {
    expect(at(application, "spec.ignoreDifferences")).toEqual([
      { kind: "Service", name: "shop", jsonPointers: ["/spec/selector"] },
    ]);
    expect(at(application, "spec.syncPolicy.syncOptions")).toContain("RespectIgnoreDifferences=true");
  });
});
