import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { promtoolBinary } from './programs.js';

/** What `promtool check metrics` finds wrong with a page, one thing a line; null where it isn't installed. */
export async function checkMetrics(page: string): Promise<string[] | null> {
  if (promtoolBinary === null) return null;
  const child = spawn(promtoolBinary, ['check', 'metrics'], { stdio: ['pipe', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (part: Buffer) => {
    said += part.toString();
  });
  child.stdin.end(page);
  await once(child, 'close');
  return said.split('\n').filter((line) => line !== '');
}

/** Names, types and labels of a page in Prometheus' text format. */
export function readPage(page: string): { types: Map<string, string>; labels: Map<string, Set<string>> } {
  const types = new Map([...page.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name = '', type = '']) => [name, type]));
  const labels = new Map<string, Set<string>>();
  for (const [, series = '', inner = ''] of page.matchAll(/^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? \S+/gm)) {
    const name = types.has(series) ? series : series.replace(/_(?:bucket|sum|count)$/, '');
    const known = labels.get(name) ?? new Set();
    for (const [, label = ''] of inner.matchAll(/([a-zA-Z_]\w*)="(?:[^"\\]|\\.)*"/g)) known.add(label);
    labels.set(name, known);
  }
  return { types, labels };
}
