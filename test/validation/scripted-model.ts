import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Answer = Record<string, unknown>;

/** A real server that speaks Open Inference, with answers that a test makes. Rows are told apart by their first feature. */
export class ScriptedModel {
  /** The first feature of each row that was asked, in order. */
  readonly seen: number[] = [];
  requests = 0;
  mostAtOnce = 0;
  label: (first: number, row: readonly number[]) => unknown = (first) => first % 2;
  /** Instead of the proper answer to a request; `requests` counts it already. */
  answer: (rows: readonly (readonly number[])[]) => Answer | 'hang up' | number | null = () => null;
  delayMs = 0;
  datatype = 'INT64';
  private server: Server | null = null;
  private port = 0;
  private atOnce = 0;

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Where it was before, too. */
  async start(): Promise<this> {
    this.server = createServer((request, response) => void this.serve(request, response));
    this.server.listen(this.port, '127.0.0.1');
    await once(this.server, 'listening');
    this.port = (this.server.address() as AddressInfo).port;
    return this;
  }

  /** As a process that is killed: connections break. */
  async stop(): Promise<void> {
    const { server } = this;
    if (server === null) return;
    this.server = null;
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.url?.endsWith('/ready')) return void response.end();
    if (!request.url?.endsWith('/infer')) return void response.writeHead(404).end();
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of request) chunks.push(chunk as Buffer);
    } catch {
      return; // the asker is gone
    }
    this.atOnce += 1;
    this.mostAtOnce = Math.max(this.mostAtOnce, this.atOnce);
    if (this.delayMs > 0) await new Promise((resolve) => setTimeout(resolve, this.delayMs));
    this.atOnce -= 1;
    this.reply(rowsOf(Buffer.concat(chunks).toString()), response);
  }

  private reply(rows: readonly (readonly number[])[], response: ServerResponse): void {
    this.requests += 1;
    const answer = this.answer(rows);
    if (answer === 'hang up') return void response.destroy();
    if (typeof answer === 'number') return void response.writeHead(answer).end('{"error":"scripted"}');
    this.seen.push(...rows.map(([first = 0]) => first));
    const labels = rows.map((row) => this.label(row[0] ?? 0, row));
    const body = answer ?? { outputs: [output('predict', labels, this.datatype)] };
    response.writeHead(200, { 'content-type': 'application/json' });
    // JSON has no NaN; Python's servers write it all the same.
    response.end(JSON.stringify(body).replaceAll('"NaN"', 'NaN'));
  }
}

export function output(name: string, data: readonly unknown[], datatype = 'INT64', shape: number[] = [data.length]) {
  return { name, shape, datatype, data };
}

function rowsOf(text: string): number[][] {
  const [{ shape, data }] = JSON.parse(text).inputs as [{ shape: [number, number]; data: number[] }];
  const [rows, width] = shape;
  return Array.from({ length: rows }, (_, row) => data.slice(row * width, (row + 1) * width));
}
