import { join, resolve } from "node:path";

/** Where everything that is not source lies: one folder, ignored by git; removing it removes all of it. */
export function ferryPaths(projectRoot: string) {
  const ferry = join(projectRoot, ".ferry");
  return {
    projectRoot,
    ferry,
    /** To be sourced by a shell. */
    environmentFile: join(ferry, "env"),
    /** The Pulumi CLI and its helpers, where the project had to get them itself. */
    bin: join(ferry, "bin"),
    pulumiHome: join(ferry, "pulumi", "home"),
    pulumiBackend: join(ferry, "pulumi", "backend"),
    /** The npm package that downloads the Pulumi CLI. */
    pulumiLauncher: join(ferry, "pulumi", "launcher"),
    mysql: join(ferry, "mysql"),
    /** Wrappers of the MySQL programs, whichever installation they come from. */
    mysqlBin: join(ferry, "mysql", "bin"),
    /** Programs of MySQL whose servers say another version. */
    mysqlSaying: join(ferry, "mysql-saying"),
    /** The Debian root directory that MySQL, HAProxy and Percona Toolkit come from where the user has none. */
    mysqlRoot: join(ferry, "mysql", "root"),
    haproxyBin: join(ferry, "haproxy", "bin"),
    helmBin: join(ferry, "helm", "bin"),
    vaultBin: join(ferry, "vault", "bin"),
    /** sshd, unpacked from this machine's own distribution where it is not installed. */
    openssh: join(ferry, "openssh"),
    perconaToolkitBin: join(ferry, "percona-toolkit", "bin"),
    kubernetesBin: join(ferry, "kubernetes", "bin"),
    /** Pulumi's own plugin for Kubernetes. */
    kubernetesPlugin: join(ferry, "kubernetes-plugin", "bin"),
    /** containerd, etcd and the CNI plugins, unpacked from Debian packages. */
    containerRuntime: join(ferry, "container-runtime"),
    containerImages: join(ferry, "container-images"),
    /** The Kubernetes cluster that `npm run lab:cluster` starts. */
    cluster: join(ferry, "cluster"),
    python: join(ferry, "python"),
    /** Neither file ever exists: their names keep the AWS tools from the user's own. */
    awsConfig: join(ferry, "aws", "config"),
    awsCredentials: join(ferry, "aws", "credentials"),
    /** Servers, their data and their logs. */
    lab: join(ferry, "lab"),
    logs: join(ferry, "logs"),
    locks: join(ferry, "locks"),
  } as const;
}

export type FerryPaths = ReturnType<typeof ferryPaths>;

export const paths: FerryPaths = ferryPaths(resolve(__dirname, ".."));
