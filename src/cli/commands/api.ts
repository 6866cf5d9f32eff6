import { startApi } from '../../api/server.js';
import { readConfig } from '../../config.js';
import { openStore } from '../../stores/open-store.js';
import { requireDatabase } from '../require-database.js';
import { untilSignal } from '../until-signal.js';

export async function api({ host, port }: { host: string; port: number }): Promise<void> {
  const store = await openStore({ databaseUrl: requireDatabase(readConfig()) });
  try {
    const running = await startApi({ store, host, port });
    process.stderr.write(`api listens on ${running.url}\n`);
    await untilSignal();
    await running.close();
  } finally {
    await store.close();
  }
}
