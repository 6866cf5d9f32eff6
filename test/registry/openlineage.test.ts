import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import type { Phase } from '../../src/domain/phase.js';
import type { PhaseProgress, RolloutState } from '../../src/domain/rollout-state.js';
import { type RunEvent, rolloutRunEvent, rolloutRunEvents } from '../../src/registry/openlineage.js';
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
function viewOf(status: RolloutState['status'], begun: Partial<Record<Phase, string>>): RolloutState {
  const view = stateOf('digits', { rolloutId: 'digits-1', status, reason: 'because', updatedAt: at(20) });
  const progress = ([phase, startedAt]: [string, string]): [string, PhaseProgress] => [
    phase,
    { status: 'passed', startedAt, endedAt: null, note: '' },
  ];
  return { ...view, phases: { ...view.phases, ...Object.fromEntries(Object.entries(begun).map(progress)) } };
}
const typesOf = (events: readonly RunEvent[]) => events.map(({ eventType, eventTime }) => [eventType, eventTime]);
const assertValid = (events: readonly RunEvent[]) => {
  for (const event of events) expect(validate(JSON.parse(JSON.stringify(event))) ? [] : validate.errors).toEqual([]);
};

describe('events of a rollout', () => {
  const begun = { validation: at(8), canary: at(9), cutover: at(12) };
  test.each([
    ['promoted', 'COMPLETE'],
    ['failed', 'FAIL'],
    ['aborted', 'ABORT'],
    ['rolled-back', 'ABORT'],
  ] as const)('%s ends with %s', (status, type) => {
    const events = rolloutRunEvents(viewOf(status, begun), { namespace, candidate });
    assertValid(events);
    expect(typesOf(events)).toEqual([
      ['START', at(8)],
      ['RUNNING', at(8)],
      ['RUNNING', at(9)],
      ['RUNNING', at(12)],
      [type, at(20)],
    ]);
    expect(events[2]?.run.facets['sluice_rollout']).toMatchObject({ rolloutId: 'digits-1', phase: 'canary' });
    const error = events.at(-1)?.run.facets['errorMessage'];
    expect(error?.['message']).toBe(type === 'COMPLETE' ? undefined : 'because');
    expect(events.at(-1)?.outputs.map(({ name }) => name)).toEqual(type === 'COMPLETE' ? ['service/digits'] : []);
  });

  test.each(['progressing', 'waiting', 'paused'] as const)('%s has not ended', (status) => {
    const events = rolloutRunEvents(viewOf(status, { validation: at(8) }), { namespace });
    assertValid(events);
    expect(typesOf(events)).toEqual([
      ['START', at(8)],
      ['RUNNING', at(8)],
    ]);
  });

  test('one at a time: the same type, run and job', () => {
    expect(rolloutRunEvent(viewOf('progressing', {}), { namespace }).eventType).toBe('START');
    expect(rolloutRunEvent(viewOf('waiting', begun), { namespace })).toMatchObject({
      eventType: 'RUNNING',
      eventTime: at(20),
    });
    const ended = viewOf('promoted', begun);
    expect(rolloutRunEvent(ended, { namespace, candidate })).toEqual(
      rolloutRunEvents(ended, { namespace, candidate }).at(-1),
    );
  });
});

test('versions by id where they are registered, else by label; each data set once', () => {
  const [event] = rolloutRunEvents(viewOf('progressing', {}), { namespace, candidate });
  const inputs = event?.inputs.map(({ name, facets }) => [name, facets['version']?.['datasetVersion']]);
  expect(inputs).toEqual([
    ['digits:v1', 'v1'],
    ['digits:v2', candidate.id],
    ['holdout', digestOf('holdout')],
  ]);
});

test('one run for all events of a rollout, and another for another', () => {
  const events = rolloutRunEvents(viewOf('promoted', { canary: at(9) }), { namespace });
  expect(new Set(events.map(({ run }) => run.runId)).size).toBe(1);
  expect(events[0]?.run.runId).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  const other = rolloutRunEvent({ ...viewOf('promoted', {}), rolloutId: 'digits-2' }, { namespace });
  expect(other.run.runId).not.toBe(events[0]?.run.runId);
});

test('the schema refuses what is not in the specification', () => {
  const event = rolloutRunEvent(viewOf('promoted', {}), { namespace });
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
