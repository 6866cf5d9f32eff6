/** Traffic until Ctrl-C: `npx tsx examples/traffic/main.ts --gateway http://127.0.0.1:8080 --rate 80` */
import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { startTraffic } from './traffic.js';

try {
  await run();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 2;
}

async function run(): Promise<void> {
  const { values } = parseArgs({
    options: {
      gateway: { type: 'string', default: 'http://127.0.0.1:8080' },
      rows: { type: 'string', default: 'examples/data/digits-holdout.csv' },
      rate: { type: 'string', default: '80' },
      users: { type: 'string', default: '1000' },
      'label-delay-ms': { type: 'string', default: '2000' },
      'label-share': { type: 'string', default: '1' },
      seed: { type: 'string', default: '1' },
    },
  });
  const traffic = await startTraffic({
    gatewayUrl: values.gateway,
    rowsPath: values.rows,
    ratePerSecond: Number(values.rate),
    users: Number(values.users),
    labelDelayMs: Number(values['label-delay-ms']),
    labelShare: Number(values['label-share']),
    seed: Number(values.seed),
  });
  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  console.log(JSON.stringify(await traffic.stop(), null, 2));
}
