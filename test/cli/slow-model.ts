import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A model server that says of a row what its first feature is, and how often it was asked for it. */
export interface SlowModel {
  readonly url: string;
  /** First feature -> times it was answered. */
  readonly asked: Map<number, number>;
  delayMs: number;
  close(): Promise<void>;
}

export async function startSlowModel(delayMs: number): Promise<SlowModel> {
  const model: { delayMs: number; asked: Map<number, number> } = { delayMs, asked: new Map() };
  const server: Server = createServer(async (request, response) => {
    if (request.method !== 'POST')
      return void response.writeHead(request.url?.endsWith('/ready') ? 200 : 404).end('{}');
    let body = '';
    for await (const chunk of request) body += String(chunk);
    const [input] = (JSON.parse(body) as { inputs: { shape: number[]; data: number[] }[] }).inputs;
    const [rows = 0, width = 1] = input?.shape ?? [];
    const firsts = Array.from({ length: rows }, (_, row) => input?.data[row * width] ?? 0);
    await new Promise((resolve) => setTimeout(resolve, model.delayMs));
    for (const first of firsts) model.asked.set(first, (model.asked.get(first) ?? 0) + 1);
    const data = firsts.map((first) => first % 2);
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ outputs: [{ name: 'predict', datatype: 'INT64', shape: [rows], data }] }));
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  return Object.assign(model, {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  });
}
