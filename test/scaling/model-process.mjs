import { createServer } from 'node:http';

/** A model server that may be slow, unwell or crash when asked. Started as `node model-process.mjs <port> [<ms until it is ready>]`. */
const [port, startMs = '0'] = process.argv.slice(2);
const readyAt = Date.now() + Number(startMs);
let isWell = true;

createServer((request, response) => {
  const { pathname, searchParams } = new URL(request.url, 'http://here');
  if (pathname === '/ready') return response.writeHead(isWell && Date.now() >= readyAt ? 200 : 503).end();
  if (pathname === '/crash') process.exit(1);
  if (pathname === '/sicken') isWell = false;
  if (pathname === '/half') {
    response.writeHead(200, { 'content-length': '100' }).write('half');
    return setTimeout(() => process.exit(1), 50);
  }
  let body = '';
  request.on('data', (part) => {
    body += part;
  });
  request.on('end', () =>
    setTimeout(
      () => {
        const { authorization, connection } = request.headers;
        const secrets = Object.keys(process.env).filter((name) => name.startsWith('SLUICE'));
        response.setHeader('content-type', 'application/json');
        response.end(
          JSON.stringify({ pid: process.pid, body, authorization, connection, secrets, given: process.env.GIVEN }),
        );
      },
      Number(searchParams.get('ms') ?? 0),
    ),
  );
}).listen(Number(port), '127.0.0.1');
