import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import type { RolloutState } from '../../src/domain/rollout-state.js';
import { type RunEvent, type RunEventType, runEvent } from '../../src/registry/openlineage.js';
import { versionId } from '../../src/registry/version-id.js';
import { stateOf } from '../stores/rollout-fixtures.js';
import { digestOf, versionOf } from './model-fixtures.js';

const schema = JSON.parse(readFileSync('test/registry/openlineage/run-event.schema.json', 'utf8'));
const ajv = new Ajv({ allErrors: true, strict: true });
addFormats.default(ajv);
const validate = ajv.compile(schema);
const namespace = 'sluice://production';
const asked = versionOf('digits', 'v2', {
  datasets: [
    { name: 'holdout', digest: digestOf('holdout'), role: 'test' },
    { name: 'holdout', digest: digestOf('holdout'), role: 'validation' },
    { name: 'digits-train', digest: digestOf('train'), role: 'train' },
  ],
});
const candidate = { ...asked, id: versionId(asked), createdAt: '2026-11-01T00:00:00.000Z' };

const at = (hour: number) => `2026-11-01T${String(hour).padStart(2, '0')}:00:00.000Z`;
function eventOf(type: RunEventType, change: Partial<RolloutState> = {}): RunEvent {
  const view = stateOf('digits', { rolloutId: 'digits-1', reason: 'because', ...change });
  const event = runEvent(type, at(9), view, { namespace, candidate });
  expect(validate(JSON.parse(JSON.stringify(event))) ? [] : validate.errors).toEqual([]);
  return event;
}

test.each(['START', 'RUNNING', 'COMPLETE', 'FAIL', 'ABORT'] as const)('%s says what is known by then', (type) => {
  const { eventType, eventTime, run, outputs } = eventOf(type, { phase: 'canary', status: 'rolled-back' });
  expect([eventType, eventTime]).toEqual([type, at(9)]);
  expect(run.facets['sluice_rollout']).toMatchObject({ rolloutId: 'digits-1', phase: 'canary' });
  const hasEnded = type !== 'START' && type !== 'RUNNING';
  expect(run.facets['sluice_rollout']?.['status']).toBe(hasEnded ? 'rolled-back' : undefined);
  expect(run.facets['errorMessage']?.['message']).toBe(hasEnded && type !== 'COMPLETE' ? 'because' : undefined);
  expect(outputs.map(({ name }) => name)).toEqual(type === 'COMPLETE' ? ['service/digits'] : []);
});

test('versions by id where they are registered, else by label; each data set once', () => {
  const inputs = eventOf('START').inputs.map(({ name, facets }) => [name, facets['version']?.['datasetVersion']]);
  expect(inputs).toEqual([
    ['digits:v1', 'v1'],
    ['digits:v2', candidate.id],
    ['holdout', digestOf('holdout')],
  ]);
});

test('one run for all events of a rollout, and another for another', () => {
  const { runId } = eventOf('START').run;
  expect(runId).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(eventOf('COMPLETE').run.runId).toBe(runId);
  expect(eventOf('COMPLETE', { rolloutId: 'digits-2' }).run.runId).not.toBe(runId);
});

test('the schema refuses what is not in the specification', () => {
  const event = eventOf('COMPLETE');
  for (const wrong of [
    { ...event, eventType: 'DONE' },
    { ...event, eventTime: 'yesterday' },
    { ...event, run: { ...event.run, runId: 'digits-1' } },
    { ...event, job: { name: 'x' } },
    { ...event, extra: 1 },
    { ...event, job: { ...event.job, facets: { jobType: { ...event.job.facets['jobType'], processingType: 1 } } } },
  ])
    expect(validate(wrong)).toBe(false);
});
