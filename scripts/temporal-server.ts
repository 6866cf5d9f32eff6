/**
 * Starts Temporal's dev server with Web UI, database file and our search attributes, until Ctrl-C: `npx tsx scripts/temporal-server.ts [port [ui-port]]`
 * With TEMPORAL_ADDRESS set it starts nothing, and only registers the search attributes there.
 */

import { untilSignal } from '../src/cli/until-signal.js';
import { readConfig } from '../src/config.js';
import { ensureTemporalServer } from '../src/temporal/dev-server.js';

const { stateDir } = readConfig();
const [port = 7233, uiPort = 8233] = process.argv.slice(2).map(Number);
const server = await ensureTemporalServer({
  stateDir,
  port,
  uiPort,
  report: (line) => console.error(line),
});
console.log(`Temporal at ${server.address}, Web UI at ${server.uiUrl ?? 'its own address'}`);
if (process.env['TEMPORAL_ADDRESS'] === undefined) await untilSignal();
await server.stop();
