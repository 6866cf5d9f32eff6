import { randomUUID } from 'node:crypto';
import { expect, test } from '@jest/globals';
import type { ValidationReport } from '../../src/domain/validation.js';
import type { ValidationResults } from '../../src/ports/validation-results.js';
import { newService } from './observation-fixtures.js';

const DIGEST = `sha256:${'a'.repeat(64)}`;
const newId = () => `rollout:digits:${randomUUID()}`;

function reportOf(service: string, parts: Partial<ValidationReport> = {}): ValidationReport {
  return {
    id: newId(),
    service,
    rolloutId: 'digits-1',
    candidate: { version: 'v2', url: 'http://127.0.0.1:2', digest: DIGEST },
    baseline: { version: 'v1', url: 'http://127.0.0.1:1', digest: null },
    dataset: { source: 'x.csv', digest: DIGEST, rows: 897 },
    planDigest: DIGEST,
    startedAt: '2026-01-02T03:04:05.678Z',
    endedAt: '2026-01-02T03:05:05.678Z',
    verdict: 'fail',
    checks: [
      {
        name: 'accuracy',
        metric: 'accuracy',
        severity: 'critical',
        verdict: 'fail',
        reason: 'accuracy: candidate 12.00 % on 897 rows; "☃" 𝛂',
        candidate: { samples: 897, value: 0.12 },
        baseline: { samples: 0, value: null },
        limits: { min: 0.9 },
        better: 'higher',
        details: {
          classes: ['0', '1'],
          confusion: [
            [1, 2],
            [3, 4],
          ],
        },
      },
    ],
    pass: { requests: 18, rowsPerSecond: 1234.5, resumed: 0 },
    ...parts,
  };
}

/** What every implementation of `ValidationResults` keeps to. */
export function validationContract(results: () => ValidationResults): void {
  test('keeps a report; the same id again changes nothing', async () => {
    const report = reportOf(newService());
    await results().saveReport(report);
    await results().saveReport({ ...report, verdict: 'pass' });
    expect(await results().report(report.id)).toEqual(report);
    expect(await results().report(newId())).toBeNull();
  });

  test('a report without a rollout, and one with a result that is no number', async () => {
    const service = newService();
    await results().saveReport(reportOf(service, { rolloutId: null }));
    expect((await results().reports({ service, limit: 1 }))[0]?.rolloutId).toBeNull();
    const pass = { requests: 1, rowsPerSecond: Number.NaN, resumed: 0 };
    await expect(results().saveReport(reportOf(service, { pass }))).rejects.toThrow(RangeError);
  });

  test('lists newest first, of one candidate where it is named, up to a limit', async () => {
    const service = newService();
    const at = (minute: number) => ({ endedAt: `2026-01-02T03:0${minute}:05.678Z` });
    const [old, newest, between] = [reportOf(service, at(1)), reportOf(service, at(3)), reportOf(service, at(2))];
    const other = reportOf(service, {
      ...at(4),
      candidate: { version: 'v3', url: 'http://127.0.0.1:3', digest: null },
    });
    for (const report of [old, newest, between, other, reportOf(newService())]) await results().saveReport(report);
    const ids = async (filter: { candidate?: string; limit: number }) =>
      (await results().reports({ service, ...filter })).map(({ id }) => id);
    expect(await ids({ limit: 10 })).toEqual([other.id, newest.id, between.id, old.id]);
    expect(await ids({ candidate: 'v2', limit: 2 })).toEqual([newest.id, between.id]);
    expect(await results().reports({ service, candidate: 'v3', limit: 10 })).toEqual([
      {
        id: other.id,
        service,
        rolloutId: 'digits-1',
        candidate: 'v3',
        baseline: 'v1',
        datasetDigest: DIGEST,
        planDigest: DIGEST,
        endedAt: other.endedAt,
        verdict: 'fail',
      },
    ]);
  });

  test.each(['', '../x', 'a/b', `a${'b'.repeat(200)}`, 'ä', '-a'])('refuses the id %j', async (id) => {
    await expect(results().saveReport(reportOf(newService(), { id }))).rejects.toThrow(RangeError);
    expect(await results().report(id)).toBeNull();
  });

  test('keeps progress as it was, replaces it and forgets it', async () => {
    const key = newId();
    expect(await results().progress(key)).toBeNull();
    const odd = { label: 'a\0b\uD800', rows: 3, nothing: null, list: [0.1, -0] };
    await results().saveProgress(key, odd);
    expect(await results().progress(key)).toEqual({ ...odd, list: [0.1, 0] });
    await results().saveProgress(key, { rows: 4 });
    expect(await results().progress(key)).toEqual({ rows: 4 });
    await expect(results().saveProgress(key, { rows: Number.NaN })).rejects.toThrow(RangeError);
    await results().clearProgress(key);
    await results().clearProgress(key);
    expect(await results().progress(key)).toBeNull();
  });

  test('takes progress of some megabytes', async () => {
    const key = newId();
    const progress = { tally: Array.from({ length: 200_000 }, (_, i) => i / 7) };
    await results().saveProgress(key, progress);
    expect(await results().progress(key)).toEqual(progress);
    await results().clearProgress(key);
  });
}
