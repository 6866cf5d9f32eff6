/** A process of its own with a worker of monitors: `tsx worker-process.ts '{"databaseUrl": "...", "taskQueue": "..."}'`. Stays until it is killed. */
import { openStore } from '../../../src/stores/open-store.js';
import { MonitorStage } from './monitor-stage.js';

const { databaseUrl, taskQueue } = JSON.parse(process.argv[2] ?? '{}') as { databaseUrl: string; taskQueue: string };
const stage = await MonitorStage.open();
const store = await openStore({ databaseUrl });
await stage.run(store, taskQueue, async () => {
  process.stdout.write('polls\n');
  await new Promise(() => undefined);
});
