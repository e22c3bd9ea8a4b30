import { messageOf, silent, waitUntil } from "../../../engine/operation/index.js";
import { type Cluster, MYSQL_IMAGE } from "../../../lab/cluster/index.js";
import { ADMINISTRATOR } from "../../../lab/defaults.js";
import type { S3Access } from "../../../lab/s3.js";
import { at, chartDirectory, helm, listOf } from "../../helpers/helm.js";

export interface ReleasePlace {
  readonly cluster: Cluster;
  readonly namespace: string;
  /** As pods reach it. */
  readonly storage: S3Access;
}

const SECRET = "backup-login";
const [REPOSITORY = "", TAG = ""] = MYSQL_IMAGE.split(/:(?=[^:]*$)/);

/** A release of the chart in the lab's cluster, by Helm. */
export class Release {
  constructor(
    readonly place: ReleasePlace,
    readonly name: string,
  ) {}

  get pod(): string {
    return `${this.name}-0`;
  }

  /** The Secret that every release of the namespace uses: keys for S3 and the administrator's login. */
  static async makeCredentials({ cluster, namespace, storage }: ReleasePlace): Promise<void> {
    const { user, password } = ADMINISTRATOR;
    const stringData = {
      AWS_ACCESS_KEY_ID: storage.accessKeyId,
      AWS_SECRET_ACCESS_KEY: storage.secretAccessKey,
      "client.cnf": `[client]\nuser=${user}\npassword=${password}\nsocket=/run/mysqld/mysqld.sock\n`,
    };
    const secret = { apiVersion: "v1", kind: "Secret", metadata: { name: SECRET, namespace }, stringData };
    await cluster.kubectl(["apply", "--filename=-"], JSON.stringify(secret));
  }

  /** `helm upgrade --install`; returns when the objects are made, which is before the pod runs. */
  install(manifestKey: string, values: Readonly<Record<string, unknown>> = {}): void {
    const { storage, namespace } = this.place;
    const own = {
      database: "shop",
      image: { repository: REPOSITORY, tag: TAG, pullPolicy: "IfNotPresent" },
      backup: { bucket: storage.bucket, region: storage.region, endpoint: storage.endpoint, manifestKey },
      restore: { resources: { requests: { cpu: "50m", memory: "64Mi" } } },
      credentials: { source: "secret", secretName: SECRET },
      mysql: {
        serverIdBase: 700,
        bufferPoolSize: "64M",
        terminationGracePeriodSeconds: 60,
        resources: { requests: { cpu: "50m", memory: "256Mi" }, limits: { memory: "1Gi" } },
      },
      probes: { periodSeconds: 1 },
      // Each test has a volume of its own.
      persistence: { size: "8Mi" },
    };
    const argv = ["upgrade", "--install", this.name, chartDirectory, "-n", namespace, "-f", "-"];
    this.helm(argv, JSON.stringify({ ...own, ...values }));
  }

  uninstall(): void {
    this.helm(["uninstall", this.name, "-n", this.place.namespace, "--wait", "--cascade=foreground", "--timeout=2m"]);
  }

  async kubectl(args: readonly string[], input?: string): Promise<string> {
    return this.place.cluster.kubectl([`--namespace=${this.place.namespace}`, ...args], input);
  }

  async untilReady(pod = this.pod): Promise<void> {
    const wait = { awaited: "a ready pod", where: pod, next: "look at the pod", timeoutSeconds: 150, progress: silent };
    await waitUntil(wait, async () => {
      const status = await this.podStatus(pod);
      const conditions = status === undefined ? [] : listOf(at(status, "conditions") ?? []);
      const isReady = conditions.some((one) => at(one, "type") === "Ready" && at(one, "status") === "True");
      return isReady ? { done: undefined } : { seen: JSON.stringify(status ?? "no pod") };
    });
  }

  /** What the init container said when it last failed, as `kubectl describe` shows it. */
  async untilRestoreFails(): Promise<string> {
    const wait = {
      awaited: "a failed restore",
      where: this.pod,
      next: "look at the pod",
      timeoutSeconds: 90,
      progress: silent,
    };
    return waitUntil(wait, async () => {
      const status = await this.podStatus(this.pod);
      const restore = at(status, "initContainerStatuses.0");
      const failed = ["state.terminated", "lastState.terminated"]
        .map((path) => at(restore, path))
        .find((ended) => ended !== undefined && at(ended, "exitCode") !== 0);
      return failed === undefined
        ? { seen: JSON.stringify(status ?? "no pod") }
        : { done: String(at(failed, "message")) };
    });
  }

  async describe(): Promise<string> {
    return this.kubectl(["describe", "pod", this.pod]);
  }

  /** Of the last run of the init container that has ended, or of the one that runs. */
  async restoreLog(pod = this.pod): Promise<string> {
    return this.kubectl(["logs", pod, "--container=restore"]);
  }

  /** The restore's log, once it has this text. */
  async untilRestoreLogs(text: string): Promise<void> {
    const wait = {
      awaited: `"${text}" in the log`,
      where: this.pod,
      next: "look at the pod",
      timeoutSeconds: 90,
      progress: silent,
    };
    await waitUntil(wait, async () => {
      const log = await this.restoreLog().catch(messageOf);
      return log.includes(text) ? { done: undefined } : { seen: log };
    });
  }

  /** How often the init container was started again. */
  async restarts(): Promise<number> {
    return Number(at(await this.podStatus(this.pod), "initContainerStatuses.0.restartCount") ?? 0);
  }

  async podUid(): Promise<string> {
    return this.kubectl(["get", "pod", this.pod, "--output=jsonpath={.metadata.uid}"]);
  }

  async deletePod(pod = this.pod): Promise<void> {
    await this.kubectl(["delete", "pod", pod, "--wait=true"]);
  }

  /** Runs statements in mysqld's container as the administrator; rows of tab-separated columns. */
  async query(sql: string, pod = this.pod): Promise<string[][]> {
    const client = ["mysql", "--defaults-file=/credentials/client.cnf", "--batch", "--skip-column-names"];
    const text = await this.kubectl(["exec", "--stdin", pod, "--container=mysqld", "--", ...client], sql);
    return text.split("\n").flatMap((line) => (line === "" ? [] : [line.split("\t")]));
  }

  async claims(): Promise<string[]> {
    const label = `app.kubernetes.io/instance=${this.name}`;
    const text = await this.kubectl(["get", "persistentvolumeclaims", `--selector=${label}`, "--output=name"]);
    return text
      .trim()
      .split("\n")
      .filter((name) => name !== "");
  }

  private async podStatus(pod: string): Promise<unknown> {
    const text = await this.kubectl(["get", "pod", pod, "--ignore-not-found", "--output=json"]);
    return text === "" ? undefined : at(JSON.parse(text), "status");
  }

  private helm(argv: readonly string[], input?: string): void {
    const { kubeconfig } = this.place.cluster;
    const run = helm(argv, { kubeconfig, ...(input === undefined ? {} : { input }) });
    if (run.status !== 0) throw new Error(`helm ${argv[0]}: ${run.stderr}`);
  }
}
