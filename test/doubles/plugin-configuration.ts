import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import type { Inputs } from "./plugin.js";

/** Calls `tell` with what the provider of this instance was given. Pulumi's SDK keeps that from the plugin's own code. */
export function onConfigure(tell: (configuration: Inputs) => void): void {
  const { configure } = ResourceProviderService;
  const deserialize = configure.requestDeserialize;
  configure.requestDeserialize = (bytes) => {
    const request = deserialize(bytes);
    tell((request.getArgs()?.toJavaScript() ?? {}) as Inputs);
    return request;
  };
}
