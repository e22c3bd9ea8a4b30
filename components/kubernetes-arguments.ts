import { z } from "zod";

export const namespaceName = z
  .string()
  .regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, { error: "wanted the name of a Kubernetes namespace" });

/** One account's, no pattern. */
export const serviceAccountName = z
  .string()
  .max(253)
  .regex(/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/, { error: "wanted the name of a Kubernetes service account" });
