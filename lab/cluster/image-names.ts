/** Below a domain that no registry can have, so that a missing image is an error at once. */
const PREFIX = "gtid-ferry.test";

/** A static busybox that sleeps. */
export const PAUSE_IMAGE = `${PREFIX}/pause:lab`;

/** mysqld and its clients, bash, coreutils, tar, zstd and the AWS CLI; runs as user mysql (999:999) unless told otherwise. */
export const MYSQL_IMAGE = `${PREFIX}/mysql:lab`;
