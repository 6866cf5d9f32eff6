/**
 * A process of its own that opens a store: `tsx store-process.ts '{"dataDir": "..."}'`. Prints `open` and stays until its
 * input ends or it is killed, or prints the error's code and message and ends.
 */
import { SluiceError } from '../../src/domain/errors.js';
import { openStore, type StoreLocation } from '../../src/stores/open-store.js';
import { batchOf, bucketOf } from './observation-fixtures.js';

const location = JSON.parse(process.argv[2] ?? '{}') as StoreLocation & { readonly service?: string };
try {
  const store = await openStore(location);
  if (location.service !== undefined)
    await store.appendObservations(batchOf({ buckets: [bucketOf(location.service)] }));
  process.stdout.write('open\n');
  process.stdin.on('end', () => void store.close()).resume();
} catch (error) {
  process.stdout.write(`${error instanceof SluiceError ? error.code : 'UNEXPECTED'} ${String(error)}\n`);
  process.exitCode = 1;
}
