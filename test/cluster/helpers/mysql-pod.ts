import { MYSQL_IMAGE } from "../../../lab/cluster/index.js";

const script = `set -e
if [ ! -d /volume/data ]; then mysqld --no-defaults --initialize-insecure --datadir=/volume/data; fi
echo "CREATE USER IF NOT EXISTS probe IDENTIFIED BY 'probe'" >/tmp/init.sql
exec mysqld --no-defaults --datadir=/volume/data --socket=/tmp/mysqld.sock --pid-file=/tmp/mysqld.pid --mysqlx=OFF \
  --init-file=/tmp/init.sql`;

const port = 3306;

/** A StatefulSet of one MySQL server on a volume, with a node port for the user probe, password probe. */
export function mysqlPod(name: string): string {
  const labels = { app: name };
  const container = {
    name: "mysqld",
    image: MYSQL_IMAGE,
    command: ["bash", "-c", script],
    volumeMounts: [{ name: "volume", mountPath: "/volume" }],
    readinessProbe: { tcpSocket: { port }, periodSeconds: 1 },
  };
  const claim = { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "100Mi" } } };
  const items = [
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name },
      spec: { type: "NodePort", selector: labels, ports: [{ port }] },
    },
    {
      apiVersion: "apps/v1",
      kind: "StatefulSet",
      metadata: { name },
      spec: {
        serviceName: name,
        selector: { matchLabels: labels },
        template: {
          metadata: { labels },
          spec: { securityContext: { runAsNonRoot: true, fsGroup: 999 }, containers: [container] },
        },
        volumeClaimTemplates: [{ metadata: { name: "volume" }, spec: claim }],
      },
    },
  ];
  return JSON.stringify({ apiVersion: "v1", kind: "List", items });
}
