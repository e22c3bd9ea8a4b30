import type { ResourceRecordSet, Route53Client } from "@aws-sdk/client-route-53";
import { FerryError, messageOf, type Progress, waitUntil } from "../../operation/index.js";
import { type EndpointName, endpointOf } from "../endpoints.js";
import type { RouteState, TrafficRoute } from "../route.js";
import type { Route53Options } from "./options.js";

type Sdk = typeof import("@aws-sdk/client-route-53");

const POLL_SECONDS = 2;
/** Of the global service; it has no other. */
const REGION = "us-east-1";

/**
 * Opens a route by one DNS record. Clients keep the old answer for the record's TTL, and connections that are open stay
 * where they are: so it neither holds nor cuts.
 */
export function openRoute53Route(options: Route53Options, progress: Progress): TrafficRoute {
  return new Route53Route(options, progress);
}

class Route53Route implements TrafficRoute {
  readonly name: string;
  readonly endpoints: readonly EndpointName[];
  private readonly record: string;
  private client: Route53Client | undefined;

  constructor(
    private readonly options: Route53Options,
    private readonly progress: Progress,
  ) {
    this.endpoints = Object.keys(options.values);
    this.record = absolute(options.record);
    this.name = `Route 53 record ${this.record} in ${options.hostedZoneId}`;
  }

  describe(to: EndpointName): readonly string[] {
    const { type, ttlSeconds } = this.options;
    return [
      `lead, after the commit: UPSERT ${type} ${this.record} ${this.value(to)}, TTL ${ttlSeconds} s; clients keep the old address for up to ${ttlSeconds} s, and open connections stay with the old primary`,
    ];
  }

  async observe(): Promise<RouteState> {
    const found = await this.find();
    if (found === undefined) return "elsewhere";
    const values = (found.ResourceRecords ?? []).map(({ Value }) => this.comparable(Value ?? ""));
    const is = (name: EndpointName) => values.length === 1 && values[0] === this.comparable(this.value(name));
    return this.endpoints.find(is) ?? "elsewhere";
  }

  async hold(): Promise<void> {}

  async cut(): Promise<void> {}

  async lead(to: EndpointName): Promise<void> {
    const { hostedZoneId, type, ttlSeconds, timeoutSeconds } = this.options;
    const { ChangeInfo } = await this.call("route53:ChangeResourceRecordSets", (sdk, client, abortSignal) =>
      client.send(
        new sdk.ChangeResourceRecordSetsCommand({
          HostedZoneId: hostedZoneId,
          ChangeBatch: {
            Comment: `gtid-ferry: the ${to} is the primary`,
            Changes: [
              {
                Action: "UPSERT",
                ResourceRecordSet: {
                  Name: this.record,
                  Type: type,
                  TTL: ttlSeconds,
                  ResourceRecords: [{ Value: this.value(to) }],
                },
              },
            ],
          },
        }),
        { abortSignal },
      ),
    );
    const id = ChangeInfo?.Id;
    const wait = {
      awaited: "the change on every name server (INSYNC)",
      where: this.name,
      next: "run again: the change is made, only its arrival was not seen",
      timeoutSeconds,
      intervalSeconds: POLL_SECONDS,
      progress: this.progress,
    };
    let status: string | undefined = ChangeInfo?.Status;
    await waitUntil(wait, async () => {
      if (status === "INSYNC") return { done: undefined };
      const answer = await this.call("route53:GetChange", (sdk, client, abortSignal) =>
        client.send(new sdk.GetChangeCommand({ Id: id }), { abortSignal }),
      );
      status = answer.ChangeInfo?.Status;
      return status === "INSYNC" ? { done: undefined } : { seen: status ?? "no status" };
    });
  }

  async close(): Promise<void> {
    this.client?.destroy();
  }

  private async find(): Promise<ResourceRecordSet | undefined> {
    const { hostedZoneId, type } = this.options;
    const { ResourceRecordSets = [] } = await this.call("route53:ListResourceRecordSets", (sdk, client, abortSignal) =>
      client.send(
        new sdk.ListResourceRecordSetsCommand({
          HostedZoneId: hostedZoneId,
          StartRecordName: this.record,
          StartRecordType: type,
          MaxItems: 2,
        }),
        { abortSignal },
      ),
    );
    const found = ResourceRecordSets.filter(({ Name, Type }) => absolute(Name ?? "") === this.record && Type === type);
    const [only] = found;
    if (only?.AliasTarget === undefined && only?.SetIdentifier === undefined) return only;
    throw this.failure(
      "looking at the record",
      only.AliasTarget === undefined ? "it is one of several with a routing policy" : "it is an alias",
      "a simple record",
      "give applications a simple CNAME or A record of their own",
    );
  }

  private value(name: EndpointName): string {
    return endpointOf(this.options.values, name, this.name);
  }

  private comparable(value: string): string {
    return this.options.type === "CNAME" ? absolute(value) : value;
  }

  private async call<T>(
    action: string,
    work: (sdk: Sdk, client: Route53Client, abortSignal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    // Loaded at the first use: most migrations have no such route.
    const sdk = await import("@aws-sdk/client-route-53");
    this.client ??= this.connect(sdk);
    try {
      return await work(sdk, this.client, AbortSignal.timeout(this.options.timeoutSeconds * 1000));
    } catch (error) {
      const name = error instanceof Error ? error.name : "";
      const isDenied = name === "AccessDenied" || name === "AccessDeniedException";
      throw this.failure(
        action,
        `${name}: ${messageOf(error)}`,
        isDenied ? `permission for ${action}` : "an answer of Route 53",
        isDenied
          ? `allow route53:ListResourceRecordSets, route53:ChangeResourceRecordSets on hostedzone/${this.options.hostedZoneId} and route53:GetChange on change/*`
          : "check hosted zone, record and credentials of this route",
      );
    }
  }

  private connect({ Route53Client: Client }: Sdk): Route53Client {
    const { accessKeyId, secretAccessKey, endpoint } = this.options;
    return new Client({
      region: REGION,
      ...(endpoint === undefined ? {} : { endpoint }),
      ...(accessKeyId === undefined || secretAccessKey === undefined
        ? {}
        : { credentials: { accessKeyId, secretAccessKey } }),
    });
  }

  private failure(failed: string, seen: string, wanted: string, next: string): FerryError {
    return new FerryError({ failed, where: this.name, seen, wanted, next });
  }
}

/** Names of records end in a dot and do not care for upper case. */
function absolute(name: string): string {
  const lower = name.toLowerCase();
  return lower.endsWith(".") ? lower : `${lower}.`;
}
