export { checkHost } from "./check-host.js";
export { prepareHost } from "./prepare-host.js";
export { XTRABACKUP_SERIES, type XtrabackupSeries } from "./xtrabackup-series.js";
