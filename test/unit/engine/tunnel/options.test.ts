import { expect, it } from "vitest";
import { addressOf } from "../../../../engine/mysql/index.js";
import { placeOf, type Via } from "../../../../engine/tunnel/index.js";

it.each<[Via | undefined, string, string]>([
  [undefined, "10.0.0.5", "10.0.0.5:3306"],
  [{ kind: "direct" }, "fd00::5", "[fd00::5]:3306"],
  [
    { kind: "ssh", ssh: { host: "bastion.example", user: "ec2-user", privateKey: "hunter2" } },
    "10.0.0.5",
    "10.0.0.5:3306 via ssh bastion.example",
  ],
  [
    { kind: "port-forward", kubeconfig: "hunter2", namespace: "default", pod: "mysql-0" },
    "mysql-0.mysql.default.svc",
    "pod default/mysql-0:3306",
  ],
])("names a server by its way %#", (via, host, place) => {
  expect(placeOf({ host, port: 3306 }, via)).toBe(place);
  expect(addressOf({ host, port: 3306, ...(via === undefined ? {} : { via }) })).toBe(place);
});
