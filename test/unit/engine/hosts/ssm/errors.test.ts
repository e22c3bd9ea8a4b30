import { InvalidInstanceId } from "@aws-sdk/client-ssm";
import { describe, expect, it } from "vitest";
import { ConnectionLostError, NoSuchHostError } from "../../../../../engine/hosts/connection-lost.js";
import { invocationError, serviceError } from "../../../../../engine/hosts/ssm/errors.js";

const options = { instanceId: "i-1", region: "eu-central-1" };

describe("invocationError", () => {
  it.each(["Pending", "InProgress", "Delayed", "Success"] as const)("%s is none", (Status) => {
    expect(invocationError(options, { Status })).toBeUndefined();
  });

  it.each([
    ["TimedOut", "DeliveryTimedOut", true],
    ["Failed", "Undeliverable", true],
    ["Failed", "Failed", false],
    ["Cancelled", "Cancelled", false],
  ] as const)("%s (%s) is a lost connection: %s", (Status, StatusDetails, isLost) => {
    const error = invocationError(options, { Status, StatusDetails, ResponseCode: 1 });
    expect(error instanceof ConnectionLostError).toBe(isLost);
    expect(error?.problem.where).toBe("ssm i-1 (eu-central-1)");
  });

  it("tells what a script printed that did not work", () => {
    const failed = { Status: "Failed", ResponseCode: 1, StandardErrorContent: "openssl is not there\n" } as const;
    expect(invocationError(options, failed)?.problem.seen).toBe("exit code 1: openssl is not there");
  });
});

describe("serviceError", () => {
  it("takes an error without an answer for a lost connection", () => {
    const refused = Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" });
    expect(serviceError(options, refused)).toBeInstanceOf(ConnectionLostError);
  });

  it("tells an instance that nobody knows from one that is only out of reach", () => {
    const unknown = new InvalidInstanceId({ message: "Instances not in a valid state", $metadata: {} });
    expect(serviceError(options, unknown)).toBeInstanceOf(NoSuchHostError);
  });

  it("does not take missing credentials for one", () => {
    const missing = Object.assign(new Error("Could not load credentials"), { name: "CredentialsProviderError" });
    const error = serviceError(options, missing);
    expect(error).not.toBeInstanceOf(ConnectionLostError);
    expect(error.problem.wanted).toContain("ssm:SendCommand");
  });
});
