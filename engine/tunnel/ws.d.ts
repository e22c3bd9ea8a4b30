/** As much of the package ws as is used here. */
declare module "ws" {
  import type { EventEmitter } from "node:events";
  import type { IncomingMessage } from "node:http";
  import type { RequestOptions } from "node:https";
  import type { Socket } from "node:net";

  export interface WebSocketOptions extends RequestOptions {
    readonly perMessageDeflate: boolean;
  }

  export class WebSocket extends EventEmitter {
    constructor(address: string, protocols: readonly string[], options: WebSocketOptions);
    send(data: Buffer, done: (error?: Error) => void): void;
    ping(): void;
    pause(): void;
    resume(): void;
    readonly isPaused: boolean;
    /** With a closing handshake. */
    close(code?: number): void;
    /** At once. */
    terminate(): void;
  }

  /** For tests. */
  export class WebSocketServer extends EventEmitter {
    constructor(options: {
      readonly noServer: true;
      readonly handleProtocols: (offered: ReadonlySet<string>) => string | false;
    });
    handleUpgrade(
      request: IncomingMessage,
      socket: Socket,
      head: Buffer,
      opened: (socket: WebSocket, request: IncomingMessage) => void,
    ): void;
    readonly clients: ReadonlySet<WebSocket>;
  }
}
