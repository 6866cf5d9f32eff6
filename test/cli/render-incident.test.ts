import { expect, test } from '@jest/globals';
import { renderIncident } from '../../src/cli/render-incident.js';
import type { Incident } from '../../src/domain/incident.js';

const AT = '2026-11-21T20:00:48.308Z';
const incident: Incident = {
  id: 'i-09b028118782',
  key: 'k',
  episode: AT,
  source: 'monitor',
  service: 'digits',
  rolloutId: null,
  title: 'performance: v2 is slow',
  severity: 'warning',
  cause: 'environment',
  version: null,
  labels: { service: 'digits' },
  evidence: [],
  status: 'open',
  openedAt: AT,
  seenAt: AT,
  sightings: 1,
  acknowledged: null,
  resolved: null,
};
const lines = (over: Partial<Incident>) =>
  renderIncident({ incident: { ...incident, ...over }, events: [] }).split('\n');

test.each([
  [{}, '  from     monitor, blamed on the environment'],
  [{ version: 'v2' }, '  from     monitor, blamed on the environment, seen at v2'],
  [{ cause: 'version', version: 'v2' }, '  from     monitor, blamed on version v2'],
  [{ cause: null, source: 'alert' }, '  from     alert'],
  [{}, `  since    ${AT}, seen once`],
  [{ sightings: 3 }, `  since    ${AT}, seen 3 times, last at ${AT}`],
] as const)('%j: %s', (over, line) => {
  expect(lines(over)).toContain(line);
});

test('a guardrail that begins its sentence with its own name is named once', () => {
  const evidence = [
    { what: 'error_rate', message: 'error_rate: too many', value: 1, limit: 0, samples: 9 },
    { what: 'redis', message: 'no answer', value: null, limit: null, samples: null },
  ];
  expect(lines({ evidence })).toEqual(expect.arrayContaining(['    error_rate: too many', '    redis: no answer']));
});
