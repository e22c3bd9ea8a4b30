import { FerryError } from "../operation/index.js";

/** A connection that could not be made, or that is gone; what runs on the host may well go on. */
export class ConnectionLostError extends FerryError {}
