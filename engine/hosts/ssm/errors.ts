import { type GetCommandInvocationCommandOutput, InvalidInstanceId, SSMServiceException } from "@aws-sdk/client-ssm";
import { FerryError, messageOf, type Problem } from "../../operation/index.js";
import { ConnectionLostError, NoSuchHostError } from "../connection-lost.js";
import { nameOf, type SsmOptions } from "./options.js";

type Advice = Omit<Problem, "failed" | "where">;

const CREDENTIALS = {
  wanted: "AWS credentials that may use ssm:SendCommand, ssm:GetCommandInvocation and ssm:CancelCommand",
  next: "give credentials that are valid and have these rights on the instance and on the document AWS-RunShellScript",
};

/** What a call to AWS failed with. An answer is a FerryError, none at all a ConnectionLostError. */
export function serviceError(options: SsmOptions, error: unknown): FerryError {
  if (error instanceof FerryError) return error;
  const problem = { failed: "running a command", where: nameOf(options) };
  if (error instanceof InvalidInstanceId) {
    return new NoSuchHostError(
      { ...problem, ...NOT_MANAGED, seen: `InvalidInstanceId: ${error.message}` },
      { cause: error },
    );
  }
  const seen = error instanceof Error ? `${error.name}: ${error.message}` : messageOf(error);
  const isAnswer = error instanceof SSMServiceException && error.$fault === "client" && !error.$retryable?.throttling;
  if (isAnswer || (error instanceof Error && error.name === "CredentialsProviderError")) {
    return new FerryError({ ...problem, seen, ...CREDENTIALS }, { cause: error });
  }
  return new ConnectionLostError(
    {
      ...problem,
      seen,
      wanted: "an answer of AWS Systems Manager",
      next: "check the network to AWS and the region, then run again",
    },
    { cause: error },
  );
}

const NOT_MANAGED = {
  wanted: "an instance that AWS Systems Manager manages",
  next:
    "check instance id, region and account, that the SSM agent runs on it, that its role has " +
    "AmazonSSMManagedInstanceCore, and that it reaches the ssm, ssmmessages and ec2messages endpoints",
};

/** What is wrong with a command that has ended, undefined while it goes on. Success is no error. */
export function invocationError(
  options: SsmOptions,
  invocation: Pick<
    GetCommandInvocationCommandOutput,
    "Status" | "StatusDetails" | "ResponseCode" | "StandardErrorContent"
  >,
): FerryError | undefined {
  const { Status, StatusDetails = Status, ResponseCode, StandardErrorContent = "" } = invocation;
  const problem = { failed: "running a command", where: nameOf(options) };
  switch (Status) {
    case "Pending":
    case "InProgress":
    case "Delayed":
    case "Success":
      return undefined;
    case "Failed":
      return StatusDetails === "Undeliverable"
        ? new ConnectionLostError({ ...problem, ...NOT_MANAGED, seen: StatusDetails })
        : new FerryError({ ...problem, ...scriptFailed(ResponseCode, StandardErrorContent) });
    case "TimedOut":
      // Not delivered in time; what runs too long is ended by the script itself.
      return new ConnectionLostError({
        ...problem,
        ...NOT_MANAGED,
        seen: `${StatusDetails}: the agent does not answer`,
      });
    default:
      return new FerryError({
        ...problem,
        seen: `${StatusDetails}`,
        wanted: "its end",
        next: "look who cancels commands in AWS Systems Manager, then run again",
      });
  }
}

function scriptFailed(exitCode: number | undefined, stderr: string): Advice {
  return {
    seen: `exit code ${exitCode}: ${stderr.trim().slice(-2000)}`,
    wanted: "a POSIX shell with openssl, gzip, base64 and room in /var/tmp",
    next: "install what is missing on the host, then run again",
  };
}
