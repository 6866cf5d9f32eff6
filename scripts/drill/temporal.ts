import { spawn } from 'node:child_process';
import { openSync } from 'node:fs';
import { join } from 'node:path';
import { findTemporalCli } from '../../src/temporal/cli-binary.js';
import { connectTemporal, temporalSettings } from '../../src/temporal/connection.js';
import { registerSearchAttributes } from '../../src/temporal/search-attribute-registry.js';
import { freePort } from '../../test/setup/free-port.js';
import { type Restartable, restartable } from './processes.js';
import { until } from './wait.js';

/** What a rollout of weeks does at 4,096 events, this server asks for at so many. */
export const EVENTS_OF_A_RUN = 150;

export interface TemporalProcess extends Restartable {
  readonly address: string;
  ready(): Promise<void>;
}

/** Temporal's dev server on a database file, which it finds again after a kill. */
export async function temporalProcess(folder: string): Promise<TemporalProcess> {
  const cli = await findTemporalCli((line) => console.error(line));
  const [port, uiPort] = [await freePort(), await freePort()];
  const address = `127.0.0.1:${port}`;
  const flags = ['--ip', '127.0.0.1', '--port', String(port), '--ui-port', String(uiPort), '--log-level', 'warn'];
  const settings = ['--dynamic-config-value', `limit.historyCount.suggestContinueAsNew=${EVENTS_OF_A_RUN}`];
  const database = ['--db-filename', join(folder, 'temporal.db')];
  const server = restartable('Temporal', () => {
    const log = openSync(join(folder, 'temporal.log'), 'a');
    return spawn(cli, ['server', 'start-dev', ...flags, ...database, ...settings], { stdio: ['ignore', log, log] });
  });
  const ready = () =>
    until(
      `Temporal at ${address} is ready`,
      async () => {
        const link = await connectTemporal(temporalSettings(address), 1000);
        await registerSearchAttributes(link.connection, link.namespace).finally(() => link.close());
        return true;
      },
      60_000,
    );
  return { ...server, address, ready };
}
