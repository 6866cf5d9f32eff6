import { connect, type Socket } from 'node:net';

/** A prediction request as bytes; the user key goes out as UTF-8, as other clients than Node's send it. */
export const inferBytes = (unit: string): Buffer =>
  Buffer.from(
    `POST /v2/models/digits/infer HTTP/1.1\r\nhost: gateway\r\nx-user-key: ${unit}\r\ncontent-length: 2\r\n\r\n{}`,
  );

/** A user at the level of bytes: reads or does not, and leaves when it likes. */
export class RawUser {
  private readonly socket: Socket;
  received = '';
  gone = false;

  constructor(url: string, bytes: Buffer, { reads = true } = {}) {
    const { hostname, port } = new URL(url);
    this.socket = connect(Number(port), hostname);
    this.socket.on('error', () => undefined);
    this.socket.on('close', () => {
      this.gone = true;
    });
    if (reads) this.socket.on('data', (chunk: Buffer) => void (this.received += chunk.toString('latin1')));
    this.socket.write(bytes);
  }

  leave(): void {
    this.socket.destroy();
  }
}
