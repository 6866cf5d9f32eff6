import { describe, expect, test } from '@jest/globals';
import type { Incident, IncidentEvent, Silence } from '../../src/domain/incident.js';
import { notify } from '../../src/domain/spec/notify.js';
import { errandsDue, isSilenced, toldKey } from '../../src/incidents/telling.js';
import { incidentEvent } from '../../src/notify/incident-event.js';
import { incidentSlackMessage } from '../../src/notify/incident-slack.js';

const START = Date.parse('2026-11-21T10:00:00.000Z');
const at = (minutes: number) => new Date(START + minutes * 60_000).toISOString();
const incident = (parts: Partial<Incident> = {}): Incident => ({
  id: 'i-0123456789ab',
  key: 'k',
  episode: at(0),
  service: 'digits',
  source: 'monitor',
  severity: 'critical',
  cause: 'environment',
  version: null,
  rolloutId: null,
  title: 'deps: <db> does not answer',
  labels: { service: 'digits', monitor: 'deps' },
  evidence: [{ what: 'db', message: 'db does not answer', value: null, limit: null, samples: null }],
  status: 'open',
  openedAt: at(0),
  seenAt: at(1),
  sightings: 2,
  acknowledged: null,
  resolved: null,
  ...parts,
});
const word = { by: 'ann', at: at(9), reason: 'mended' };
const [ops, boss] = ['https://ops.example.test/', 'https://boss.example.test/'].map((webhook) =>
  notify.parse([{ webhook }]),
);
const tellers = { notify: ops, escalate: [{ after: 10 * 60_000, notify: boss ?? [] }] };
const told = (due: ReturnType<typeof errandsDue>): IncidentEvent[] =>
  due.map(({ notice }) => ({ key: toldKey(notice), kind: 'told', at: at(0), by: 'sluice', text: '' }));
/** Without what tells one target from another. */
const names = (due: ReturnType<typeof errandsDue>) =>
  due.map(({ notice }) => notice.id.replace('i-0123456789ab/', '').replace(/-[0-9a-f]{8}$/, ''));

describe('who is told', () => {
  test('first those of the monitor; others too once nobody has acknowledged it in time; each once', () => {
    const record = { incident: incident(), events: [] };
    const first = errandsDue(record, tellers, [], at(1));
    expect(names(first)).toEqual(['opened/n']);
    expect(names(errandsDue({ ...record, events: told(first) }, tellers, [], at(9)))).toEqual([]);
    const second = errandsDue({ ...record, events: told(first) }, tellers, [], at(10));
    expect(names(second)).toEqual(['escalated/e1']);
    expect(second[0]?.target).toEqual(boss?.[0]);
    expect(names(errandsDue({ ...record, events: told([...first, ...second]) }, tellers, [], at(99)))).toEqual([]);
  });

  test('one that somebody is on is not escalated', () => {
    const record = { incident: incident({ status: 'acknowledged', acknowledged: word }), events: [] };
    expect(names(errandsDue(record, tellers, [], at(99)))).toEqual(['opened/n']);
  });

  test('of the end those hear who have heard of the beginning', () => {
    const over = incident({ status: 'resolved', resolved: word });
    expect(errandsDue({ incident: over, events: [] }, tellers, [], at(99))).toEqual([]);
    const first = errandsDue({ incident: incident(), events: [] }, tellers, [], at(1));
    expect(names(errandsDue({ incident: over, events: told(first) }, tellers, [], at(99)))).toEqual(['resolved/n']);
    const both = errandsDue({ incident: incident(), events: [] }, tellers, [], at(99));
    expect(names(errandsDue({ incident: over, events: told(both) }, tellers, [], at(99)))).toEqual([
      'resolved/n',
      'resolved/e1',
    ]);
  });

  test('a target that takes another’s place meanwhile is told too, and no other is told twice', () => {
    const webhooks = (...urls: string[]) => ({ notify: notify.parse(urls.map((webhook) => ({ webhook }))) });
    const [wrong, right, other] = [
      'https://wrong.example.test/',
      'https://right.example.test/',
      'https://o.example.test/',
    ] as const;
    const record = { incident: incident(), events: [] };
    const first = errandsDue(record, webhooks(wrong, other), [], at(1));
    const later = { ...record, events: told(first) };
    const due = errandsDue(later, webhooks(other, right), [], at(2));
    expect(due.map(({ target }) => target)).toEqual(webhooks(right).notify);
    expect(errandsDue({ ...record, events: told([...first, ...due]) }, webhooks(other, right), [], at(3))).toEqual([]);
    const narrowed = { notify: notify.parse([{ webhook: wrong, events: ['incident-opened'] }]) };
    expect(errandsDue(later, narrowed, [], at(4))).toEqual([]);
  });

  test('a target that asked for the end only hears the end only', () => {
    const only = { notify: notify.parse([{ webhook: 'https://ops.example.test/', events: ['incident-resolved'] }]) };
    expect(errandsDue({ incident: incident(), events: [] }, only, [], at(1))).toEqual([]);
    const over = incident({ status: 'resolved', resolved: word });
    expect(names(errandsDue({ incident: over, events: [] }, only, [], at(1)))).toEqual(['resolved/n']);
  });

  test('nobody, while it is silenced; then they are', () => {
    const silence: Silence = {
      id: 's',
      match: { service: 'digits', monitor: 'deps' },
      createdAt: at(0),
      until: at(5),
      by: 'ann',
      reason: '',
    };
    const record = { incident: incident(), events: [] };
    expect(errandsDue(record, tellers, [silence], at(4))).toEqual([]);
    expect(names(errandsDue(record, tellers, [silence], at(5)))).toEqual(['opened/n']);
    expect(isSilenced(incident(), [{ ...silence, match: { service: 'letters' } }], at(4))).toBe(false);
    expect(isSilenced(incident(), [{ ...silence, match: { kind: 'logs' } }], at(4))).toBe(false);
  });
});

test('a notice has no dots in its id, is an event of its own type, and no markup in Slack', () => {
  const [due] = errandsDue({ incident: incident(), events: [] }, tellers, [], at(1));
  if (due === undefined) throw new Error('nobody is told');
  expect(incidentEvent(due.notice)).toMatchObject({
    id: expect.stringMatching(/^i-0123456789ab\/opened\/n-[0-9a-f]{8}$/),
    source: '/sluice/incidents/digits',
    type: 'dev.sluice.incident.opened.v1',
    subject: 'i-0123456789ab',
    data: { event: 'incident-opened', monitor: 'deps', severity: 'critical' },
  });
  expect(due.notice.id).not.toContain('.');
  const message = JSON.stringify(incidentSlackMessage(due.notice));
  expect(message).toContain('&lt;db&gt;');
  expect(message).not.toContain('<db>');
});
