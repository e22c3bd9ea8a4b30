import { FerryError } from "../operation/index.js";

/** A connection that could not be made, or that is gone; what runs on the host may well go on. */
export class ConnectionLostError extends FerryError {}

/** A host that its manager does not know, or not as running: terminated, stopped, or never there. */
export class NoSuchHostError extends FerryError {}
