export { type FollowOptions, followJob, isJobRunning, JobLostError, readJobStatus, redact } from "./follow-job.js";
export type { Command, CommandResult, DetachedJob, Host, ProcessIdentity } from "./host.js";
export { describeProgress } from "./job-progress.js";
export { type JobStatus, parseJobStatus, processOf, secondsOf } from "./job-status.js";
export { LocalHost } from "./local-host.js";
export { type HostOptions, openHost } from "./open-host.js";
export { openSsh } from "./ssh/connection.js";
export { ConnectionLostError } from "./ssh/connection-error.js";
export type { SshLogin, SshOptions } from "./ssh/options.js";
