import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import { dashboards, metricsIn, queries } from './dashboards.js';
import { promtoolBinary } from './programs.js';

describe.each(dashboards)('%s', (file, dashboard) => {
  const { panels, templating } = dashboard;

  test('is what Grafana takes', () => {
    expect(dashboard).toMatchObject({
      uid: `sluice-${file.replace('.json', '')}`,
      title: expect.stringMatching(/^Sluice /),
      schemaVersion: expect.any(Number),
    });
    expect(dashboard.schemaVersion).toBeGreaterThanOrEqual(39);
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    expect(new Set(panels.map(({ title }) => title)).size).toBe(panels.length);
  });

  test('asks the data source that its reader chooses', () => {
    expect(templating.list[0]).toMatchObject({ name: 'datasource', type: 'datasource', query: 'prometheus' });
    for (const { datasource, targets } of panels)
      for (const { uid } of [datasource, ...targets.map((target) => target.datasource)])
        expect(uid).toBe('${datasource}');
    const variables = templating.list.map(({ name }) => name);
    for (const [, name = ''] of JSON.stringify(dashboard).matchAll(/\$\{?(\w+)/g))
      expect([...variables, '__rate_interval', '__all']).toContain(name);
  });

  test('no panel lies on another, or outside', () => {
    const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) => {
      expect(x + w).toBeLessThanOrEqual(24);
      return Array.from({ length: w * h }, (_, n) => `${x + (n % w)},${y + Math.floor(n / w)}`);
    });
    expect(new Set(cells).size).toBe(cells.length);
  });

  test('each panel has queries with names of their own', () => {
    for (const { targets } of panels) {
      expect(targets.length).toBeGreaterThan(0);
      expect(new Set(targets.map(({ refId }) => refId)).size).toBe(targets.length);
    }
  });
});

(promtoolBinary === null ? test.skip : test)('every query is PromQL, and names a metric', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-queries-'));
  const rules = queries.map(([, expr], n) => ({ record: `query_${n}`, expr }));
  const path = join(folder, 'queries.yml');
  // JSON is YAML; a rule takes any query.
  await writeFile(path, JSON.stringify({ groups: [{ name: 'queries', rules }] }));
  await promisify(execFile)(promtoolBinary ?? '', ['check', 'rules', path]);
  await rm(folder, { recursive: true });
  for (const [where, expr] of queries) expect([where, metricsIn(expr).length > 0]).toEqual([where, true]);
});
