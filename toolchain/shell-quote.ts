export { shellQuote } from "@gtid-ferry/engine/operation";
