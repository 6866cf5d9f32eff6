import { expect, test } from '@jest/globals';
import { evidenceOfRollout } from '../../src/domain/incident.js';
import { evidence } from '../workflow/evidence.js';

const metricsOf = (given: Parameters<typeof evidenceOfRollout>[0]) => evidenceOfRollout(given).map(({ what }) => what);

test('an incident keeps what fails first, then the rest, each in its order', () => {
  const shownOnly = { ...evidence('e', 'fail'), dryRun: true };
  const given = [
    evidence('a', 'pass'),
    evidence('b', 'fail'),
    shownOnly,
    evidence('d', 'inconclusive'),
    evidence('c', 'fail'),
  ];
  expect(metricsOf(given)).toEqual(['b', 'c', 'a', 'e', 'd']);
  expect(metricsOf([])).toEqual([]);
});

test('it keeps twenty of them, what fails among them wherever it stood', () => {
  const many = Array.from({ length: 30 }, (_, i) => evidence(`m${i}`, i === 29 ? 'fail' : 'pass'));
  expect(metricsOf(many)).toEqual(['m29', ...Array.from({ length: 19 }, (_, i) => `m${i}`)]);
});

test('the difference is what was seen, the margin the limit, and the candidate has the samples', () => {
  const given = {
    ...evidence('error_rate', 'fail', 'r'.repeat(301)),
    baseline: { samples: 7, value: 0.01 },
    candidate: { samples: 90, value: 0.04 },
    difference: 0.03,
    bound: 0.02,
    margin: 0.005,
  };
  expect(evidenceOfRollout([given, { ...given, difference: null, reason: 'short' }])).toEqual([
    { what: 'error_rate', message: `${'r'.repeat(299)}…`, value: 0.03, limit: 0.005, samples: 90 },
    { what: 'error_rate', message: 'short', value: null, limit: 0.005, samples: 90 },
  ]);
});
