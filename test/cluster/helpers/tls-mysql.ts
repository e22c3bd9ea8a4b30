import { readFileSync } from "node:fs";
import { MYSQL_IMAGE } from "../../../lab/cluster/index.js";

export const PROBE = { user: "probe", password: "probe-password" } as const;
const PORT = 3306;

const script = `set -e
mysqld --no-defaults --initialize-insecure --datadir=/volume/data
echo "CREATE USER ${PROBE.user} IDENTIFIED BY '${PROBE.password}'" >/volume/init.sql
exec mysqld --no-defaults --datadir=/volume/data --socket=/volume/mysqld.sock --pid-file=/volume/mysqld.pid \\
  --mysqlx=OFF --init-file=/volume/init.sql --ssl-ca=/tls/ca.pem --ssl-cert=/tls/server.pem --ssl-key=/tls/server.key`;

export interface TlsFiles {
  readonly authorityPath: string;
  readonly certificatePath: string;
  readonly keyPath: string;
}

/** A StatefulSet of one MySQL server with TLS, anew at each start, for the user PROBE. */
export function tlsMysql(name: string, files: TlsFiles): string {
  const text = (path: string) => readFileSync(path, "utf8");
  const labels = { app: name };
  const secret = {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name },
    stringData: {
      "ca.pem": text(files.authorityPath),
      "server.pem": text(files.certificatePath),
      "server.key": text(files.keyPath),
    },
  };
  const container = {
    name: "mysqld",
    image: MYSQL_IMAGE,
    command: ["bash", "-c", script],
    volumeMounts: [
      { name: "volume", mountPath: "/volume" },
      { name: "tls", mountPath: "/tls" },
    ],
    readinessProbe: { tcpSocket: { port: PORT }, periodSeconds: 1 },
  };
  const volumes = [
    { name: "volume", emptyDir: {} },
    { name: "tls", secret: { secretName: name } },
  ];
  const template = {
    metadata: { labels },
    spec: { terminationGracePeriodSeconds: 1, securityContext: { fsGroup: 999 }, containers: [container], volumes },
  };
  const set = {
    apiVersion: "apps/v1",
    kind: "StatefulSet",
    metadata: { name },
    spec: { serviceName: name, selector: { matchLabels: labels }, template },
  };
  return JSON.stringify({ apiVersion: "v1", kind: "List", items: [secret, set] });
}
