/** Traffic until Ctrl-C: `npx tsx examples/traffic/main.ts --gateway http://127.0.0.1:8080 --rate 80` */
import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { startTraffic } from './traffic.js';

const { values } = parseArgs({
  options: {
    gateway: { type: 'string', default: 'http://127.0.0.1:8080' },
    rate: { type: 'string', default: '80' },
    users: { type: 'string', default: '1000' },
  },
});
const traffic = await startTraffic({
  gatewayUrl: values.gateway,
  rowsPath: 'examples/data/digits-holdout.csv',
  ratePerSecond: Number(values.rate),
  users: Number(values.users),
  labelDelayMs: 2000,
  labelShare: 1,
  seed: 1,
});
await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
console.log(JSON.stringify(await traffic.stop(), null, 2));
