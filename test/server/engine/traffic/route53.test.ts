import { silent } from "@gtid-ferry/engine/operation";
import { openRoute, routeOptions } from "@gtid-ferry/engine/traffic";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startTestS3, type TestS3 } from "../../../../lab/testing.js";

/** The lab's S3 server (moto) answers for Route 53 as well. */
let cloud: TestS3;
let hostedZoneId: string;

beforeAll(async () => {
  cloud = await startTestS3();
  const zone = `<CreateHostedZoneRequest xmlns="https://route53.amazonaws.com/doc/2013-04-01/"><Name>example.test</Name><CallerReference>1</CallerReference></CreateHostedZoneRequest>`;
  const authorization = `AWS4-HMAC-SHA256 Credential=${cloud.accessKeyId}/20260101/us-east-1/route53/aws4_request`;
  const response = await fetch(`${cloud.endpoint}/2013-04-01/hostedzone`, {
    method: "POST",
    body: zone,
    headers: { authorization },
  });
  hostedZoneId = /\/hostedzone\/(\w+)</.exec(await response.text())?.[1] ?? "";
});
afterAll(() => cloud.stop());

const open = (zone: string) =>
  openRoute(
    routeOptions.parse({
      kind: "route53",
      hostedZoneId: zone,
      record: "db.example.test",
      type: "CNAME",
      values: { source: "ec2.example.test", target: "eks.example.test" },
      endpoint: cloud.endpoint,
      accessKeyId: cloud.accessKeyId,
      secretAccessKey: cloud.secretAccessKey,
    }),
    silent,
  );

it("creates the record at first and moves it there and back", async () => {
  const route = open(hostedZoneId);
  expect(await route.observe()).toBe("elsewhere");
  for (const side of ["source", "target", "source"] as const) {
    await route.lead(side);
    expect(await route.observe()).toBe(side);
  }
  await route.close();
});

it("names a hosted zone that is not there", async () => {
  await expect(open("ZNOPE").observe()).rejects.toThrow(/NoSuchHostedZone/);
});
