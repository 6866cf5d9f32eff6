import { readConfig } from '../../config.js';
import { openStore } from '../../stores/open-store.js';
import { connectTemporal, temporalSettings } from '../../temporal/connection.js';
import { registerSearchAttributes } from '../../temporal/search-attribute-registry.js';
import { startWorker } from '../../worker/worker.js';
import { requireDatabase } from '../require-database.js';
import { untilSignal } from '../until-signal.js';

export async function worker(): Promise<void> {
  const config = readConfig();
  const temporal = temporalSettings();
  const store = await openStore({ databaseUrl: requireDatabase(config) });
  try {
    const link = await connectTemporal(temporal);
    await registerSearchAttributes(link.connection, link.namespace).finally(() => link.close());
    const running = await startWorker({
      temporal,
      store,
      gatewayAdminUrls: config.gatewayAdminUrls,
      adminToken: config.adminToken,
      dataDir: config.dataDir,
    });
    process.stderr.write(`worker polls ${temporal.address}\n`);
    await Promise.race([untilSignal(), running.ended]);
    await running.stop();
  } finally {
    await store.close();
  }
}
