import { backupKeys, type Manifest, takeBackup } from "../../../engine/backup/index.js";
import { LocalHost } from "../../../engine/hosts/index.js";
import { silent } from "../../../engine/operation/index.js";
import type { Cluster } from "../../../lab/cluster/index.js";
import { BackupLab } from "../../server/helpers/backup-lab.js";
import { type TestNamespace, testCluster } from "./cluster.js";
import { Relay } from "./relay.js";
import { Release, type ReleasePlace } from "./release.js";
import { makeRestrictedNamespace } from "./restricted-namespace.js";

/** A source with a backup in S3, both reachable by pods, and a namespace for releases of the chart. */
export class BackupPlace {
  private readonly volumes: string[] = [];

  private constructor(
    readonly cluster: Cluster,
    readonly lab: BackupLab,
    readonly s3Relay: Relay,
    readonly sourceRelay: Relay,
    private readonly namespace: TestNamespace,
    readonly place: ReleasePlace,
    readonly manifest: Manifest,
    readonly manifestKey: string,
  ) {}

  static async start(purpose: string): Promise<BackupPlace> {
    const cluster = await testCluster();
    const lab = await BackupLab.start(purpose);
    const { hostAddress } = cluster.addresses;
    const s3Relay = await Relay.start(hostAddress, Number(new URL(lab.s3.endpoint).port));
    const sourceRelay = await Relay.start(hostAddress, lab.source.port);
    const namespace = await makeRestrictedNamespace(cluster, purpose);
    const storage = { ...lab.s3, endpoint: `http://${hostAddress}:${s3Relay.port}` };
    const place = { cluster, namespace: namespace.name, storage };
    await Release.makeCredentials(place);
    const request = lab.backup();
    const manifest = await takeBackup(new LocalHost(), request, silent);
    const key = backupKeys(request.keyPrefix, request.database, request.backupId).manifest;
    return new BackupPlace(cluster, lab, s3Relay, sourceRelay, namespace, place, manifest, key);
  }

  async stop(): Promise<void> {
    await this.namespace.remove();
    for (const name of this.volumes) await this.cluster.kubectl(["delete", "persistentvolume", name]);
    await Promise.all([this.s3Relay.stop(), this.sourceRelay.stop()]);
    await this.lab.stop();
  }

  /** A release with a volume for each of its pods, not installed yet. */
  async release(name: string, options: { sizeBytes?: number; pods?: number } = {}): Promise<Release> {
    const { sizeBytes, pods = 1 } = options;
    for (let ordinal = 0; ordinal < pods; ordinal += 1) {
      const volume = `${this.place.namespace}-${name}-${ordinal}`;
      const claim = { namespace: this.place.namespace, name: `data-${name}-${ordinal}` };
      await this.cluster.makeVolume({ name: volume, claim, ...(sizeBytes === undefined ? {} : { sizeBytes }) });
      this.volumes.push(volume);
    }
    return new Release(this.place, name);
  }

  /** The key of a copy of the backup under another id, with another manifest. */
  async forged(id: string, changes: Partial<Manifest>): Promise<string> {
    const keys = backupKeys("backups", "shop", id);
    await this.lab.write(keys.object, await this.lab.read(this.manifest.objectKey));
    const manifest = { ...this.manifest, backupId: id, objectKey: keys.object, ...changes };
    await this.lab.write(keys.manifest, JSON.stringify(manifest, null, 2));
    return keys.manifest;
  }
}
