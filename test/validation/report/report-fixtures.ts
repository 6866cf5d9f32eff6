import type { CheckResult, ValidationReport } from '../../../src/domain/validation.js';

export function checkOf(name: string, over: Partial<CheckResult> = {}): CheckResult {
  return {
    name,
    metric: name,
    severity: 'critical',
    verdict: 'pass',
    reason: `${name}: candidate 98.55 % on 897 rows`,
    candidate: { samples: 897, value: 0.9855 },
    baseline: { samples: 0, value: null },
    limits: { min: 0.95 },
    better: 'higher',
    ...over,
  };
}

export function reportOf(checks: readonly CheckResult[], over: Partial<ValidationReport> = {}): ValidationReport {
  return {
    id: 'digits-1',
    service: 'digits',
    rolloutId: null,
    candidate: { version: 'v2', url: 'http://127.0.0.1:8120', digest: `sha256:${'a'.repeat(64)}` },
    baseline: { version: 'v1', url: 'http://127.0.0.1:8110', digest: null },
    dataset: { source: 'examples/data/digits-holdout.csv', digest: `sha256:${'d'.repeat(64)}`, rows: 897 },
    planDigest: `sha256:${'e'.repeat(64)}`,
    startedAt: '2025-03-04T10:00:00.000Z',
    endedAt: '2025-03-04T10:00:02.500Z',
    verdict: 'fail',
    checks,
    pass: { requests: 18, rowsPerSecond: 1234.56, resumed: 1 },
    ...over,
  };
}
