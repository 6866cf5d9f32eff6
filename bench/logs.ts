/** How well log templates are found: grouping accuracy on made logs of four styles, 2,000 lines each. */
import { mergeAlike } from '../src/monitors/logs/alike.js';
import { TemplateMiner } from '../src/monitors/logs/template-miner.js';
import { CORPORA, corpusOf, groupingAccuracy } from '../test/monitors/logs/corpora.js';
import { median, printTable } from './table.js';

const LINES = 2000;
const SEEDS = Array.from({ length: 20 }, (_, i) => 20_261_121 + i);
const AT = '2026-11-21T00:00:00.000Z';

/** Accuracy of the miner's own groups as lines come in, and of the groups as monitor and report read them. */
function accuracies(name: string, seed: number): { own: number; read: number; templates: number } {
  const miner = new TemplateMiner();
  const lines = corpusOf(name, LINES, seed);
  const ids = lines.map(({ message }) => miner.add(message, 0).id);
  const kept = miner
    .state()
    .templates.map(({ id, text }) => ({ service: '', id, text, sample: '', firstSeen: AT, lastSeen: AT }));
  const standsFor = mergeAlike(kept);
  const truth = lines.map(({ template }) => template);
  const readIds = ids.map((id) => standsFor.get(id)?.id ?? id);
  return {
    own: groupingAccuracy(truth, ids),
    read: groupingAccuracy(truth, readIds),
    templates: new Set(readIds).size,
  };
}

const share = (values: readonly number[]) => `${median(values).toFixed(3)} (${Math.min(...values).toFixed(3)})`;
printTable(
  ['log', 'templates', 'found', 'grouping accuracy, median (worst)', 'as lines come'],
  Object.entries(CORPORA).map(([name, makes]) => {
    const all = SEEDS.map((seed) => accuracies(name, seed));
    return [
      name,
      String(makes.length),
      String(median(all.map(({ templates }) => templates))),
      share(all.map(({ read }) => read)),
      share(all.map(({ own }) => own)),
    ];
  }),
);
