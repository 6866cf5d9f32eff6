import { readFileSync } from 'node:fs';

/** Metrics of docs/metrics.md by name, each with its labels. */
export function documented(): Map<string, readonly string[]> {
  const rows = readFileSync('docs/metrics.md', 'utf8').matchAll(/^\| `([\w:]+)` +\| ([^|]*)\|/gm);
  return new Map(
    [...rows].map(([, name = '', labels = '']) => [name, [...labels.matchAll(/`(\w+)`/g)].map(([, l = '']) => l)]),
  );
}
