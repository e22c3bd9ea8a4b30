import * as pulumi from "@pulumi/pulumi";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import type { VaultClient } from "../../../lab/vault/index.js";
import { type AppliedAccess, refusalOf, VaultPlace } from "../helpers/vault-place.js";

const WRITER_PASSWORD = "writer-password";
const FORBIDDEN = 403;

let place: VaultPlace;
let shop: AppliedAccess;
let orders: AppliedAccess;
beforeAll(async () => {
  place = await VaultPlace.start();
  await place.root.request("POST", "sys/mounts/kv", { type: "kv", options: { version: "2" } });
  await place.root.request("POST", "sys/auth/userpass", { type: "userpass" });
  await place.root.request("POST", "sys/auth/kubernetes-test-cluster", { type: "kubernetes" });
  shop = await place.apply(accessTo("shop"));
  orders = await place.apply(accessTo("orders"));
});
afterAll(() => place.stop());

function accessTo(database: string, changes: Partial<Parameters<VaultPlace["apply"]>[0]> = {}) {
  return {
    database,
    address: place.root.address,
    kubernetesMount: "kubernetes-test-cluster",
    namespace: "databases",
    serviceAccount: database,
    credentials: {
      sourceHostIp: "10.20.3.4",
      replicationUser: "gtid_ferry_repl",
      replicationPassword: pulumi.secret(`${database}-replication-password`),
      user: "ferry_admin",
      password: pulumi.secret(`${database}-"quoted"\\-password`),
    },
    writer: { password: pulumi.secret(WRITER_PASSWORD) },
    ...changes,
  };
}

const logInWriter = ({ writerLogin = "" }: AppliedAccess, password = WRITER_PASSWORD) =>
  place.root.login(writerLogin, { password });

const roleAnswer = z.object({ data: z.object({ token_policies: z.array(z.string()) }) });

/** A login that has what the pod's role gives and nothing else. */
async function reader({ role }: AppliedAccess): Promise<VaultClient> {
  const { data } = roleAnswer.parse(await place.root.request("GET", `auth/kubernetes-test-cluster/role/${role}`));
  return await place.root.login("auth/token/create", { policies: data.token_policies });
}

const metadataOf = ({ secret }: AppliedAccess) => secret.replace("/data/", "/metadata/");
const update = { data: { DB_PASSWORD: "anew" } };

describe("the secret", () => {
  it("is where the chart's pod looks, with the keys that its template reads", async () => {
    expect(shop.secret).toBe("kv/data/db_replication/shop");
    expect(await place.root.request("GET", shop.secret)).toMatchObject({
      data: {
        data: {
          SOURCE_HOST_IP: "10.20.3.4",
          DB_REPLICATION_USER: "gtid_ferry_repl",
          DB_REPLICATION_PASSWORD: "shop-replication-password",
          DB_USERNAME: "ferry_admin",
          DB_PASSWORD: 'shop-"quoted"\\-password',
        },
      },
    });
  });
});

describe("the reader", () => {
  it("reads the secret of its own database, and nothing of the other's", async () => {
    const ofShop = await reader(shop);
    expect(await ofShop.request("GET", shop.secret)).toMatchObject({ data: { data: { DB_USERNAME: "ferry_admin" } } });
    expect(await refusalOf(ofShop.request("GET", orders.secret))).toBe(FORBIDDEN);
    expect(await refusalOf((await reader(orders)).request("GET", shop.secret))).toBe(FORBIDDEN);
  });

  it("can do nothing else with it", async () => {
    const ofShop = await reader(shop);
    const attempts = [
      ofShop.request("POST", shop.secret, update),
      ofShop.request("DELETE", shop.secret),
      ofShop.request("GET", metadataOf(shop)),
      ofShop.request("DELETE", metadataOf(shop)),
      ofShop.request("LIST", "kv/metadata/db_replication"),
      ofShop.request("GET", "sys/policies/acl/db_replication_shop_reader"),
      ofShop.request("POST", "auth/kubernetes-test-cluster/role/db_replication_shop", {}),
    ];
    expect(await Promise.all(attempts.map(refusalOf))).toEqual(attempts.map(() => FORBIDDEN));
  });

  it("can renew its own login and ask for the engine's version, as Vault's agent does", async () => {
    const ofShop = await reader(shop);
    expect(await refusalOf(ofShop.request("POST", "auth/token/renew-self", {}))).toBeUndefined();
    expect(await ofShop.request("GET", `sys/internal/ui/mounts/${shop.secret}`)).toMatchObject({
      data: { path: "kv/", options: { version: "2" } },
    });
  });
});

describe("the writer", () => {
  it("creates and updates the secret of its database", async () => {
    const writer = await logInWriter(orders);
    await place.root.request("DELETE", metadataOf(orders));
    await writer.request("POST", orders.secret, { data: { DB_PASSWORD: "first" } });
    await writer.request("POST", orders.secret, update);
    expect(await (await reader(orders)).request("GET", orders.secret)).toMatchObject({
      data: { data: { DB_PASSWORD: "anew" }, metadata: { version: 2 } },
    });
  });

  it("cannot read what it wrote, nor do anything else", async () => {
    const writer = await logInWriter(shop);
    const attempts = [
      writer.request("GET", shop.secret),
      writer.request("GET", metadataOf(shop)),
      writer.request("DELETE", shop.secret),
      writer.request("DELETE", metadataOf(shop)),
      writer.request("LIST", "kv/metadata/db_replication"),
      writer.request("POST", orders.secret, update),
      writer.request("GET", orders.secret),
      writer.request("POST", "kv/data/db_replication/another", update),
      writer.request("POST", "auth/userpass/users/db_replication_shop_writer", { token_policies: ["root"] }),
      writer.request("GET", "auth/token/lookup-self"),
      writer.request("POST", "auth/token/create", {}),
    ];
    expect(await Promise.all(attempts.map(refusalOf))).toEqual(attempts.map(() => FORBIDDEN));
  });

  it("is known by its password alone, and its login ends by itself", async () => {
    expect(await refusalOf(logInWriter(shop, "another"))).toBe(400);
    const { token } = await logInWriter(shop);
    expect(await place.root.request("POST", "auth/token/lookup", { token })).toMatchObject({
      data: { policies: ["db_replication_shop_writer"], explicit_max_ttl: 0, creation_ttl: 300, renewable: true },
    });
  });
});

describe("mounts", () => {
  it("are made where nobody has done that yet, ready for what lies in them", async () => {
    const writer = { password: WRITER_PASSWORD, userpassMount: "people" };
    const newMounts = { kv: true, userpass: true };
    const ledger = await place.apply(accessTo("ledger", { kvMount: "secrets", writer, newMounts }));
    expect(ledger.secret).toBe("secrets/data/db_replication/ledger");
    await (await logInWriter(ledger)).request("POST", ledger.secret, update);
    expect(await (await reader(ledger)).request("GET", ledger.secret)).toMatchObject({
      data: { data: update.data, metadata: { version: 2 } },
    });
  });
});

it("nothing remains in the mounts once all is removed", async () => {
  await place.removeAll();
  const places = ["kv/metadata", "auth/userpass/users", "auth/kubernetes-test-cluster/role"];
  const left = places.map((path) => refusalOf(place.root.request("LIST", path)));
  expect(await Promise.all(left)).toEqual([404, 404, 404]);
  expect(await place.root.request("LIST", "sys/policies/acl")).toMatchObject({ data: { keys: ["default", "root"] } });
});
