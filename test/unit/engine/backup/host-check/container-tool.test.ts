import { describe, expect, it } from "vitest";
import { containerTool } from "../../../../../engine/backup/host-check/container-tool.js";

describe("containerTool", () => {
  it("mounts what the server has read-only, and only the job's directory writable", () => {
    const request = { database: "shop", backupId: "b1", socket: "/run/mysqld/mysqld.sock" };
    const directories = ["/var/lib/mysql", "/it's here", '/a,b"c'];
    expect(containerTool(request, "/job", "percona/percona-xtrabackup:8.4.0-6.1", directories)).toEqual({
      run: `#!/bin/sh
groups=
for group in $(id -G); do groups="$groups --group-add $group"; done
docker rm --force gtid-ferry-shop-b1 >/dev/null 2>&1
# A log of standard output would be a copy of the whole backup. Labels of SELinux must stay as mysqld needs them.
# shellcheck disable=SC2086
exec docker run --rm --name gtid-ferry-shop-b1 --network host --log-driver none --security-opt label=disable \\
  --env MYSQL_TEST_LOGIN_FILE=/job/no-login-file \\
  --user "$(id -u):$(id -g)" $groups --mount type=bind,source=/job,target=/job --mount type=bind,source=/var/lib/mysql,target=/var/lib/mysql,readonly --mount 'type=bind,source=/it'\\''s here,target=/it'\\''s here,readonly' --mount 'type=bind,"source=/a,b""c","target=/a,b""c",readonly' --mount type=bind,source=/run/mysqld,target=/run/mysqld,readonly \\
  --entrypoint xtrabackup percona/percona-xtrabackup:8.4.0-6.1 "$@"
`,
      stop: "#!/bin/sh\ndocker rm --force gtid-ferry-shop-b1 >/dev/null\n",
    });
  });

  it.each(["--volume=/:/host", "", "a b", "Upper"])("takes %j for no image", (image) => {
    expect(() => containerTool({ database: "shop", backupId: "b1" }, "/job", image, [])).toThrow(
      "not the name of a container image",
    );
  });

  it("takes an image by digest", () => {
    const image = `registry.example:5000/team/percona-xtrabackup@sha256:${"0".repeat(64)}`;
    expect(containerTool({ database: "shop", backupId: "b1" }, "/job", image, []).run).toContain(image);
  });
});
