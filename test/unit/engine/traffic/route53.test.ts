import { createHash, createHmac } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { silent } from "@gtid-ferry/engine/operation";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openRoute, routeOptions, type TrafficRoute } from "../../../../engine/traffic/index.js";
import { type LoopbackHttp, startLoopbackHttp } from "../../helpers/loopback-http.js";

const SECRET = "the-secret-key";
const NAMESPACE = 'xmlns="https://route53.amazonaws.com/doc/2013-04-01/"';

/** A Route 53 that checks every signature, keeps one record, and answers `answers` first, where given. */
class FakeRoute53 {
  record: string | undefined;
  readonly requests: string[] = [];
  readonly answers: { readonly status: number; readonly code: string }[] = [];
  isSilent = false;

  start(): Promise<LoopbackHttp> {
    return startLoopbackHttp((request, body) => {
      if (this.isSilent) return undefined;
      const { status, text } = this.answer(request, body);
      return { status, type: "text/xml", text: `<?xml version="1.0"?>\n${text}` };
    });
  }

  private answer(request: IncomingMessage, body: string): { status: number; text: string } {
    this.requests.push(`${request.method} ${request.url?.split("?")[0]}`);
    const failure = isSigned(request, body) ? this.answers.shift() : { status: 403, code: "SignatureDoesNotMatch" };
    if (failure !== undefined) {
      const { status, code } = failure;
      const error = `<Error><Type>Sender</Type><Code>${code}</Code><Message>no</Message></Error>`;
      return { status, text: `<ErrorResponse ${NAMESPACE}>${error}<RequestId>r</RequestId></ErrorResponse>` };
    }
    if (request.method === "POST") {
      this.record = /<Value>(.*)<\/Value>/.exec(body)?.[1];
      const info = "<Id>/change/C1</Id><Status>PENDING</Status><SubmittedAt>2026-01-01T00:00:00Z</SubmittedAt>";
      const tag = "ChangeResourceRecordSetsResponse";
      return { status: 200, text: `<${tag} ${NAMESPACE}><ChangeInfo>${info}</ChangeInfo></${tag}>` };
    }
    if (request.url?.includes("/change/") === true) {
      const info = "<Id>/change/C1</Id><Status>INSYNC</Status><SubmittedAt>2026-01-01T00:00:00Z</SubmittedAt>";
      return {
        status: 200,
        text: `<GetChangeResponse ${NAMESPACE}><ChangeInfo>${info}</ChangeInfo></GetChangeResponse>`,
      };
    }
    const set =
      this.record === undefined
        ? ""
        : `<ResourceRecordSet><Name>db.example.test.</Name><Type>CNAME</Type><TTL>5</TTL><ResourceRecords><ResourceRecord><Value>${this.record}</Value></ResourceRecord></ResourceRecords></ResourceRecordSet>`;
    const tag = "ListResourceRecordSetsResponse";
    const text = `<${tag} ${NAMESPACE}><ResourceRecordSets>${set}</ResourceRecordSets><IsTruncated>false</IsTruncated><MaxItems>2</MaxItems></${tag}>`;
    return { status: 200, text };
  }
}

/** Signature version 4, as AWS documents it, computed anew from what has arrived. */
function isSigned(request: IncomingMessage, body: string): boolean {
  const { authorization = "" } = request.headers;
  const match =
    /Credential=AKID\/(\d{8})\/us-east-1\/route53\/aws4_request, SignedHeaders=([^,]+), Signature=(\w+)/.exec(
      authorization,
    );
  const [, date = "", signedHeaders = "", signature] = match ?? [];
  const url = new URL(request.url ?? "", "http://localhost");
  const query = [...url.searchParams]
    .map(([key, value]) => `${encodeURIComponent(key)}=${encodeURIComponent(value)}`)
    .sort();
  const hash = (text: string) => createHash("sha256").update(text).digest("hex");
  const canonical = [
    request.method,
    url.pathname,
    query.join("&"),
    ...signedHeaders.split(";").map((name) => `${name}:${String(request.headers[name]).trim()}`),
    "",
    signedHeaders,
    hash(body),
  ].join("\n");
  const scope = `${date}/us-east-1/route53/aws4_request`;
  const toSign = ["AWS4-HMAC-SHA256", String(request.headers["x-amz-date"]), scope, hash(canonical)].join("\n");
  const key = ["us-east-1", "route53", "aws4_request"].reduce(
    (parent: Buffer, part) => createHmac("sha256", parent).update(part).digest(),
    createHmac("sha256", `AWS4${SECRET}`).update(date).digest(),
  );
  return createHmac("sha256", key).update(toSign).digest("hex") === signature;
}

let fake: FakeRoute53;
let server: LoopbackHttp;

beforeEach(async () => {
  fake = new FakeRoute53();
  server = await fake.start();
});
afterEach(() => server.stop());

function open(changes: Record<string, unknown> = {}): TrafficRoute {
  const options = {
    kind: "route53",
    hostedZoneId: "Z1",
    record: "DB.example.test",
    type: "CNAME",
    values: { source: "source.example.test", target: "target.example.test" },
    accessKeyId: "AKID",
    secretAccessKey: SECRET,
    endpoint: server.endpoint,
    ...changes,
  };
  return openRoute(routeOptions.parse(options), silent);
}

describe("a route by a Route 53 record", () => {
  it("moves the record by signed requests, and returns when the name servers have it", async () => {
    const route = open();
    expect(await route.observe()).toBe("elsewhere");
    await route.lead("target");
    expect(fake.record).toBe("target.example.test");
    expect(fake.requests).toContain("GET /2013-04-01/change/C1");
    expect(await route.observe()).toBe("target");
    fake.record = "source.example.test.";
    expect(await route.observe()).toBe("source");
    await route.close();
  });

  it("leads to other members by their names, and to nobody whom it does not know", async () => {
    const values = { source: "source.example.test", target: "target.example.test", "replica-2": "r2.example.test" };
    const route = open({ values });
    expect(route.endpoints).toEqual(["source", "target", "replica-2"]);
    await route.lead("replica-2");
    expect(fake.record).toBe("r2.example.test");
    expect(await route.observe()).toBe("replica-2");
    await expect(route.lead("replica-3")).rejects.toThrow(/it knows source, target, replica-2\n.*wanted: replica-3/);
    expect(() => open({ values: { ...values, held: "x" } })).toThrow(/another name than held/);
    await route.close();
  });

  it("names a wrong secret, and never shows it", async () => {
    const failure = await open({ secretAccessKey: "another" }).observe().catch(String);
    expect(failure).toContain("SignatureDoesNotMatch");
    expect(failure).not.toContain("another");
  });

  it("names the permission that is missing", async () => {
    fake.answers.push({ status: 403, code: "AccessDenied" });
    await expect(open().lead("target")).rejects.toThrow(/permission for route53:ChangeResourceRecordSets/);
    expect(fake.record).toBeUndefined();
  });

  it("tries again when it is asked to slow down", async () => {
    fake.answers.push({ status: 400, code: "Throttling" });
    await open().lead("target");
    expect(fake.record).toBe("target.example.test");
  });

  it("gives up on a service that is silent", async () => {
    fake.isSilent = true;
    await expect(open({ timeoutSeconds: 0.3 }).observe()).rejects.toThrow(/route53:ListResourceRecordSets failed/);
  });
});
