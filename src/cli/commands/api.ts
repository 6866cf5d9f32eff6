import { startApi } from '../../api/server.js';
import { createAlertSink } from '../../client/send-alert.js';
import { readConfig } from '../../config.js';
import { openRegistry } from '../../registry/open-registry.js';
import { openStore } from '../../stores/open-store.js';
import { temporalSettings } from '../../temporal/connection.js';
import { requireDatabase } from '../require-database.js';
import { untilSignal } from '../until-signal.js';

export async function api({ host, port }: { host: string; port: number }): Promise<void> {
  const config = readConfig();
  const { adminToken, alertToken } = config;
  const alerts = createAlertSink(temporalSettings());
  const store = await openStore({ databaseUrl: requireDatabase(config) });
  try {
    const models = openRegistry(config, store);
    const running = await startApi({ store, host, port, adminToken, alerts, alertToken, models });
    process.stderr.write(`api listens on ${running.url}\n`);
    await untilSignal();
    await running.close();
  } finally {
    await alerts.close();
    await store.close();
  }
}
