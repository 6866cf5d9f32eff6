/**
 * How often monitors of drift find a change in the first window after it, and how often they find one in quiet windows: `npm run bench:monitors`.
 * Real data and real models (test/monitors/drift/world.ts), both windows of 1,000 rows, the monitors' defaults. With a folder of streams
 * (`-- FOLDER`, else drift in `SLUICE_TEST_DATA`) also those, and beside them peers.
 */
import { seededRandom } from '../src/stats/sample/random.js';
import { streamFolder } from '../test/monitors/drift/streams.js';
import {
  CHANGES,
  type Change,
  drawWindow,
  findingsIn,
  rowsOf,
  WORLDS,
  type World,
} from '../test/monitors/drift/world.js';
import { benchStreams } from './monitors/streams.js';
import { PythonPeer } from './python-peer.js';
import { printTable } from './table.js';

const SEED = 20261121;
const FIRST_WINDOWS = 100;
const REFERENCES = 20;
const QUIET_WINDOWS = 50;
const ROWS = 1000;

const isFound = (keys: readonly string[], what: string) => keys.some((key) => key.startsWith(what));
const SHOWN = {
  'features: any': (found: Found) => found.features.length > 0,
  'features: data set': (found: Found) => isFound(found.features, 'features:dataset'),
  'model: predicted labels': (found: Found) => isFound(found.model, 'model:predicted'),
  'model: accuracy': (found: Found) => isFound(found.model, 'model:accuracy'),
  'model: concept': (found: Found) => isFound(found.model, 'model:concept'),
};
type Found = ReturnType<typeof findingsIn>;

function firstWindows(world: World, change: Change): string[] {
  const rows = rowsOf(world);
  const found = Array.from({ length: FIRST_WINDOWS }, (_, at) => {
    const random = seededRandom(SEED + at * 7919);
    return findingsIn(drawWindow(rows, world, 'none', ROWS, random), drawWindow(rows, world, change, ROWS, random));
  });
  return [world, change, ...Object.values(SHOWN).map((isIt) => String(found.filter(isIt).length))];
}

/** Of one reference after another, as its luck is that of all windows after it. */
function quietWindows(world: World): string[] {
  const rows = rowsOf(world);
  const alarms = Array.from({ length: REFERENCES }, (_, at) => {
    const random = seededRandom(SEED - 1 - at * 104_729);
    const reference = drawWindow(rows, world, 'none', ROWS, random);
    const found = Array.from({ length: QUIET_WINDOWS }, () =>
      findingsIn(reference, drawWindow(rows, world, 'none', ROWS, random)),
    );
    return {
      features: found.filter(({ features }) => features.length > 0).length,
      model: found.filter(({ model }) => model.length > 0).length,
    };
  });
  const sum = (of: 'features' | 'model') => alarms.reduce((total, one) => total + one[of], 0);
  return [world, String(REFERENCES * QUIET_WINDOWS), String(sum('features')), String(sum('model'))];
}

printTable(
  ['data', `of ${FIRST_WINDOWS} first windows after a change of`, ...Object.keys(SHOWN)],
  WORLDS.flatMap((world) => CHANGES.map((change) => firstWindows(world, change))),
);
printTable(
  ['data', 'quiet windows', 'false alarms, features', 'false alarms, model'],
  WORLDS.map((world) => quietWindows(world)),
);

const folder = process.argv[2] ?? streamFolder();
if (folder === null) console.log('no streams: name their folder, or set SLUICE_TEST_DATA');
else {
  const peer = PythonPeer.start('drift_peer.py');
  await benchStreams(folder, peer);
  peer.stop();
}
