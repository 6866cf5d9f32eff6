// A worker of a cluster that does what a test says in a folder: by number, how it begins and what it knows.
import { appendFileSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';

const [, , folder] = process.argv;
const index = process.env.SLUICE_WORKER;
const orders = () => JSON.parse(readFileSync(`${folder}/orders.json`, 'utf8'))[index] ?? {};
/** @param heard what this one was told, or that it began */
const note = (heard) => appendFileSync(`${folder}/heard`, `${index} ${heard}\n`);

note('begins');
if (orders().dies) process.exit(1);
const server = createServer(async (request, response) => {
  let body = '';
  for await (const part of request) body += part;
  if (request.method !== 'GET') note(`${request.method} ${request.url}`);
  const route = request.method === 'PUT' ? JSON.parse(body) : null;
  response.end(JSON.stringify({ gatewayId: `g1/${index}`, route, trip: orders().trip ?? null, unshippedMs: 0 }));
});
// Else all workers would share one port.
server.listen({ port: 0, host: '127.0.0.1', exclusive: true }, () => {
  const come = () => {
    if (orders().waits) return void setTimeout(come, 20);
    const url = `http://127.0.0.1:${server.address().port}`;
    process.send({ dataUrl: url, adminUrl: url });
  };
  come();
});
