export { ADMINISTRATOR_GRANTS, accountStatements } from "./accounts.js";
export { LabMysqld, type MysqldOptions } from "./mysqld.js";
export { connectAsRoot, queryAsRoot, type Row } from "./root-connection.js";
export { type MysqldSettings, SOURCE_SETTINGS } from "./settings.js";
