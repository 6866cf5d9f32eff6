import { describe, expect, test } from '@jest/globals';
import { CloudEvent, HTTP } from 'cloudevents';
import { isWanted, NOTICE_EVENTS, noticeOf, noticeOfState } from '../../src/domain/notice.js';
import { CLOUD_EVENT_TYPE, cloudEvent } from '../../src/notify/cloud-event.js';
import { escapeSlack, slackMessage } from '../../src/notify/slack-message.js';
import { evidence } from '../workflow/evidence.js';
import { decisionOf, notice, stateOf } from './notices.js';

describe('what is told of a decision', () => {
  test.each([
    ['start', 'progressing', {}, 'started'],
    ['set-weight', 'progressing', {}, 'weight'],
    ['hold', 'waiting', {}, 'held'],
    ['promote', 'progressing', { phase: 'cutover' }, 'promoted'],
    ['promote', 'progressing', { phase: 'cutover', source: 'update' }, 'gate-passed'],
    ['promote', 'progressing', { phase: 'canary', source: 'update' }, 'gate-passed'],
    ['rollback', 'rolled-back', {}, 'rolled-back'],
    ['reject', 'rolled-back', { source: 'update' }, 'rolled-back'],
    ['fail', 'failed', {}, 'failed'],
    ['abort', 'aborted', { source: 'signal' }, 'aborted'],
    ['supersede', 'progressing', { source: 'update' }, 'superseded'],
  ] as const)('%s of a rollout that is %s: %j', (action, status, over, event) => {
    expect(noticeOf(decisionOf({ action, ...over }), stateOf({ status })).event).toBe(event);
  });

  test('is bounded, and begins with what fails', () => {
    const many = Array.from({ length: 50 }, (_, i) => evidence(`m${i}`, i === 49 ? 'fail' : 'pass', 'x'.repeat(5000)));
    const told = noticeOf(decisionOf({ evidence: many, reason: 'y'.repeat(9000) }), stateOf());
    expect(told.evidence).toHaveLength(20);
    expect(told.evidence[0]).toMatchObject({ metric: 'm49', verdict: 'fail' });
    expect(told.reason).toHaveLength(1000);
    // CloudEvents asks for at most 64 kB.
    expect(Buffer.byteLength(JSON.stringify(cloudEvent(told)))).toBeLessThan(32_000);
  });

  test('an approval that is asked for, and the end of a promoted rollout, are told once each', () => {
    const waiting = { kind: 'approval', since: '2026-03-04T05:06:08.000Z', until: null, note: 'cutover' } as const;
    const asked = noticeOfState(stateOf({ status: 'waiting', waiting }));
    expect(asked).toMatchObject({ event: 'waiting', reason: 'cutover', at: waiting.since });
    expect(asked?.id).toBe('digits-20260304-050607-ab12/waiting/1772600768000');
    expect(asked?.id).toBe(noticeOfState(stateOf({ status: 'waiting', waiting, revision: 9 }))?.id);
    expect(noticeOfState(stateOf({ status: 'promoted' }))).toMatchObject({ event: 'completed' });
    expect(noticeOfState(stateOf())).toBeNull();
    expect(noticeOfState(stateOf({ status: 'rolled-back', waiting }))).toBeNull();
  });

  test('is filtered by its name; no filter wants all', () => {
    expect(isWanted({ events: ['promoted'] }, { event: 'weight' })).toBe(false);
    expect(NOTICE_EVENTS.every((event) => isWanted({}, { event }))).toBe(true);
  });
});

describe('a CloudEvent', () => {
  test('is valid by the schema of CloudEvents 1.0, and is read by its own library', () => {
    const event = cloudEvent(notice());
    expect(new CloudEvent({ ...event }).validate()).toBe(true);
    const read = HTTP.toEvent({ headers: { 'content-type': CLOUD_EVENT_TYPE }, body: JSON.stringify(event) });
    expect(read).toMatchObject(event);
  });

  test('has the official JSON shape: only known attributes, all of them texts but data', () => {
    const { data, ...attributes } = cloudEvent(notice());
    expect(attributes).toEqual({
      specversion: '1.0',
      id: 'digits-20260304-050607-ab12/7',
      source: '/sluice/rollouts/digits',
      type: 'dev.sluice.rollout.rolled-back.v1',
      subject: 'digits-20260304-050607-ab12',
      time: '2026-03-04T05:06:07.089Z',
      datacontenttype: 'application/json',
    });
    expect(data).toMatchObject({
      event: 'rolled-back',
      action: 'rollback',
      actor: 'sluice',
      baseline: 'v1',
      candidate: 'v2',
      phase: 'canary',
      weightPercent: 25,
      status: 'rolled-back',
      evidence: [{ metric: 'error_rate', verdict: 'fail' }],
    });
  });
});

describe('a Slack message', () => {
  test('shows markup, links and mentions of others as plain text', () => {
    const hostile = '<!channel> <https://evil.example|click> & @here *b*';
    const text = JSON.stringify(slackMessage(notice({ reason: hostile, actor: '<@U123>' })));
    expect(text).not.toMatch(/<[!@#h]/);
    expect(text).not.toContain('@here');
    expect(text).toContain('&lt;!channel&gt;');
    expect(escapeSlack('a & b')).toBe('a &amp; b');
  });

  test('stays within the limits of Block Kit, whatever it is about', () => {
    const long = '<&>'.repeat(2000);
    const many = Array.from({ length: 30 }, (_, i) => evidence(`m${i}`, 'fail', long));
    const { blocks } = slackMessage(notice({ reason: long, actor: long, evidence: many }, { owner: long }));
    expect(blocks.length).toBeLessThanOrEqual(50);
    for (const block of blocks) {
      if (block.type === 'context') continue;
      expect(block.text?.text.length ?? 0).toBeLessThanOrEqual(3000);
      for (const field of block.fields ?? []) expect(field.text.length).toBeLessThanOrEqual(2000);
    }
  });
});
