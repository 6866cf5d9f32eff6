/** One model version as a process: `npx tsx examples/model-server/main.ts --version v1 --port 8110` */
import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { VERSIONS } from './classifiers.js';
import { startModelServer } from './server.js';

try {
  await serve();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 2;
}

async function serve(): Promise<void> {
  const { values } = parseArgs({
    options: {
      version: { type: 'string', default: 'v1' },
      port: { type: 'string', default: '8110' },
      host: { type: 'string', default: '127.0.0.1' },
      'latency-ms': { type: 'string', default: '0' },
      'error-share': { type: 'string', default: '0' },
    },
  });
  const version = VERSIONS.find((name) => name === values.version);
  if (version === undefined) throw new Error(`--version ${values.version}: expected one of ${VERSIONS.join(', ')}`);
  const port = Number(values.port);
  if (!(Number.isInteger(port) && port >= 0 && port <= 65_535))
    throw new Error(`--port ${values.port}: expected 0..65535`);

  const server = await startModelServer({
    version,
    port,
    host: values.host,
    latencyMs: Number(values['latency-ms']),
    errorShare: Number(values['error-share']),
  });
  console.log(`digits ${version} at ${server.url}`);
  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  await server.close();
}
