import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import type { Decision } from '../../src/domain/decision.js';
import { isWanted, LINEAGE_EVENTS, NOTICE_EVENTS, noticeOfState } from '../../src/domain/notice.js';
import type { RolloutState } from '../../src/domain/rollout-state.js';
import { notify } from '../../src/domain/spec/notify.js';
import { deliverNotice } from '../../src/notify/deliver.js';
import { lineageMessage } from '../../src/notify/lineage-message.js';
import { type Behaviour, type FakeServer, startServer } from '../gateway/stage.js';
import { notice, stateOf } from './notices.js';

const schema = JSON.parse(readFileSync('test/registry/openlineage/run-event.schema.json', 'utf8'));
const ajv = new Ajv({ allErrors: true, strict: true });
addFormats.default(ajv);
const validate = ajv.compile(schema);

const created: Behaviour = (_, response) => void response.writeHead(201).end();
let server: FakeServer;
beforeEach(async () => {
  server = await startServer(created);
});
afterEach(() => server.close());

const secrets = (name: string) => (name === 'SLUICE_SECRET_LINEAGE' ? 'planted-token' : undefined);
const targetOf = (more: object = {}) => {
  const [target] = notify.parse([{ openlineage: { url: `${server.url}/api/v1/lineage`, ...more } }]);
  if (target === undefined) throw new Error('no target');
  return target;
};
const MODELS = {
  model: 'digits',
  baseline: { id: 'mv-1111111111111111', digest: `sha256:${'1'.repeat(64)}` },
  candidate: { id: 'mv-2222222222222222', digest: `sha256:${'2'.repeat(64)}` },
};
const sent = () => server.requests.map(({ body }) => JSON.parse(body));

describe('a lineage collector', () => {
  test.each([
    ['started', { action: 'start' }, { status: 'progressing' }, 'START'],
    ['advanced', { action: 'advance' }, { status: 'progressing' }, 'RUNNING'],
    ['weight', { action: 'set-weight' }, { status: 'progressing' }, 'RUNNING'],
    ['promoted', { action: 'promote', phase: 'cutover' }, { status: 'progressing' }, 'RUNNING'],
    ['failed', { action: 'fail' }, { status: 'failed' }, 'FAIL'],
    ['aborted', { action: 'abort' }, { status: 'aborted' }, 'ABORT'],
    ['rolled back', {}, { status: 'rolled-back' }, 'ABORT'],
  ] as [string, Partial<Decision>, Partial<RolloutState>, string][])('hears of %s', async (_, line, state, type) => {
    await deliverNotice(targetOf(), notice(line, state), { secrets });
    const [event] = sent();
    expect(validate(event) ? [] : validate.errors).toEqual([]);
    expect(event).toMatchObject({ eventType: type, job: { namespace: 'sluice', name: 'rollout/digits' } });
    expect(server.requests[0]).toMatchObject({ method: 'POST', path: '/api/v1/lineage' });
  });

  test('hears at the end what serves, by the ids of registered versions', async () => {
    const completed = noticeOfState(stateOf({ status: 'promoted', models: MODELS }));
    if (completed === null) throw new Error('nothing to tell');
    const target = targetOf({ secretRef: 'SLUICE_SECRET_LINEAGE', namespace: 'sluice://production' });
    await deliverNotice(target, completed, { secrets });
    const [event] = sent();
    expect(validate(event) ? [] : validate.errors).toEqual([]);
    const versionsOf = (sets: { facets: { version: { datasetVersion: string } } }[]) =>
      sets.map(({ facets }) => facets.version.datasetVersion);
    expect(event.eventType).toBe('COMPLETE');
    expect(versionsOf(event.inputs)).toEqual([MODELS.baseline.id, MODELS.candidate.id]);
    expect(versionsOf(event.outputs)).toEqual([MODELS.candidate.id]);
    expect(server.requests[0]?.headers['authorization']).toBe('Bearer planted-token');
  });

  test('is told all events of a rollout as one run', async () => {
    for (const action of ['start', 'advance'] as const)
      await deliverNotice(targetOf(), notice({ action }, { status: 'progressing' }), { secrets });
    expect(new Set(sent().map(({ run }) => run.runId)).size).toBe(1);
  });

  test('is told of the run’s course only', () => {
    const target = targetOf();
    const wanted = NOTICE_EVENTS.filter((event) => isWanted(target, { event }));
    expect(wanted.toSorted()).toEqual([...LINEAGE_EVENTS].toSorted());
    expect(lineageMessage(notice({ action: 'pause' }, { status: 'paused' }), 'sluice')).toBeNull();
  });

  test('that refuses is named without its path', async () => {
    await server.close();
    const told = deliverNotice(targetOf(), notice(), { secrets, timeoutMs: 300 });
    await expect(told).rejects.toThrow(`OpenLineage at ${server.url}: no answer`);
  });
});

test.each([
  { openlineage: { url: 'http://lineage.example.test/api' } },
  { openlineage: { url: 'https://planted@lineage.example.test/api' } },
  { openlineage: { url: 'https://lineage.example.test/api', namespace: 'a b' } },
  { openlineage: { url: 'https://lineage.example.test/api' }, events: ['paused'] },
  { openlineage: { url: 'https://lineage.example.test/api', secretRef: 'DATABASE_URL' } },
])('%j is refused', (target) => {
  expect(notify.safeParse([target]).success).toBe(false);
});
