import { randomUUID } from 'node:crypto';
import { expect, test } from '@jest/globals';
import type { Sighting } from '../../src/domain/incident.js';
import type { MonitorReading } from '../../src/domain/monitor.js';
import type { IncidentStore } from '../../src/ports/incident-store.js';
import type { MonitorMemory, MonitorStore } from '../../src/ports/monitor-store.js';
import { newService } from './observation-fixtures.js';

const START = Date.parse('2026-11-21T10:00:00.000Z');
export const at = (seconds: number) => new Date(START + 1000 * seconds).toISOString();

export const sighting = (service: string, parts: Partial<Sighting> = {}): Sighting => ({
  key: `monitor/${service}/deps/db`,
  episode: at(0),
  service,
  source: 'monitor',
  severity: 'warning',
  cause: 'environment',
  version: null,
  rolloutId: null,
  title: 'deps: db does not answer',
  labels: { service, monitor: 'deps', severity: 'warning' },
  evidence: [],
  at: at(0),
  ...parts,
});

/** What every `IncidentStore` keeps to. */
export function incidentContract(store: () => IncidentStore): void {
  test('one trouble is one incident, however often and by how many it is seen', async () => {
    const service = newService();
    const seen = await Promise.all(
      Array.from({ length: 20 }, (_, n) => store().observe(sighting(service, { at: at(n), title: `seen ${n}` }))),
    );
    expect(new Set(seen.map(({ incident }) => incident.id)).size).toBe(1);
    expect(seen.filter(({ isNew }) => isNew)).toHaveLength(1);
    const [incident, ...others] = await store().incidents({ active: true, service, limit: 10 });
    expect(others).toEqual([]);
    expect(incident).toMatchObject({ status: 'open', seenAt: at(19), title: 'seen 19', episode: at(0) });
    expect(incident?.id).toMatch(/^i-[0-9a-f]{12}$/);
  });

  test('another episode while it is open is the same trouble; after its end it is another', async () => {
    const service = newService();
    const first = await store().observe(sighting(service));
    const again = await store().observe(sighting(service, { episode: at(60), at: at(61) }));
    expect(again).toMatchObject({ isNew: false, incident: { id: first.incident.id, sightings: 2 } });
    await store().resolve(first.incident.id, { by: 'sluice', reason: 'over', at: at(100) });
    const late = await store().observe(sighting(service, { at: at(101) }));
    expect(late).toMatchObject({ isNew: false, incident: { id: first.incident.id, status: 'resolved' } });
    const next = await store().observe(sighting(service, { episode: at(200), at: at(200) }));
    expect(next.isNew).toBe(true);
    expect(next.incident.id).not.toBe(first.incident.id);
    expect(await store().incidents({ active: false, service, limit: 10 })).toHaveLength(2);
    expect(await store().incidents({ active: false, service, endedAfter: at(150), limit: 10 })).toHaveLength(1);
    expect(await store().incidents({ active: false, service, openedBefore: at(150), limit: 10 })).toHaveLength(1);
  });

  test('an end ends what is open; one of an earlier episode, or that comes first, opens and ends nothing else', async () => {
    const service = newService();
    const over = { by: 'sluice', reason: 'resolved' };
    const early = await store().end(sighting(service, { at: at(5) }), over);
    expect(early).toMatchObject({ status: 'resolved', resolved: { ...over, at: at(5) } });
    expect(await store().observe(sighting(service, { at: at(6) }))).toMatchObject({ isNew: false });
    const { incident } = await store().observe(sighting(service, { episode: at(60), at: at(60) }));
    expect(await store().end(sighting(service, { at: at(70) }), over)).toMatchObject({ status: 'open' });
    expect(await store().end(sighting(service, { episode: at(60), at: at(80) }), over)).toMatchObject({
      id: incident.id,
      status: 'resolved',
    });
  });

  test('an end that comes in the same moment as the first sighting leaves nothing open', async () => {
    const services = Array.from({ length: 40 }, newService);
    await Promise.all(
      services.flatMap((service) => [
        store().observe(sighting(service)),
        store().end(sighting(service, { at: at(5) }), { by: 'sluice', reason: 'resolved' }),
      ]),
    );
    for (const service of services)
      expect(await store().incidents({ active: false, service, limit: 10 })).toMatchObject([{ status: 'resolved' }]);
  });

  test('people acknowledge once and resolve once; the record says who, and what was written is written once', async () => {
    const { incident } = await store().observe(sighting(newService()));
    const { id } = incident;
    await store().observe(sighting(incident.service, { severity: 'critical', at: at(1) }));
    const acknowledged = await store().acknowledge(id, { by: 'ann', reason: 'on it', at: at(2) });
    expect(acknowledged).toMatchObject({ status: 'acknowledged', severity: 'critical', acknowledged: { by: 'ann' } });
    expect(await store().acknowledge(id, { by: 'bob', reason: 'too' })).toMatchObject({ acknowledged: { by: 'ann' } });
    const told = { key: 'told x', kind: 'told', at: at(3), by: 'sluice', text: 'ops\0' } as const;
    expect([await store().append(id, told), await store().append(id, told)]).toEqual([true, false]);
    await store().resolve(id, { by: 'ann', reason: 'mended', at: at(4) });
    expect(await store().resolve(id, { by: 'bob', reason: 'no' })).toMatchObject({ resolved: { by: 'ann' } });
    await expect(store().acknowledge(id, { by: 'bob', reason: '' })).rejects.toMatchObject({ code: 'COMMAND_REFUSED' });
    const record = await store().incident(id);
    expect(record?.events.map(({ kind, by }) => `${kind} ${by}`)).toEqual([
      'opened sluice',
      'worsened sluice',
      'acknowledged ann',
      'told sluice',
      'resolved ann',
    ]);
    const ofMonitor = (since: string) => store().ofMonitor(incident.service, 'deps', since, 10);
    expect(await ofMonitor(at(3))).toEqual([record]);
    expect(await ofMonitor(at(5))).toEqual([]);
    await expect(store().resolve('i-000000000000', { by: 'x', reason: '' })).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
    expect(await store().incident('i-000000000000')).toBeNull();
  });

  test('silences hold until they end', async () => {
    const id = `s-${randomUUID()}`;
    const until = new Date(Date.now() + 60_000).toISOString();
    const silence = { id, match: { service: 'digits' }, until, by: 'ann', reason: 'known' };
    expect(await store().silence(silence)).toMatchObject(silence);
    expect(await store().silence({ ...silence, by: 'bob' })).toMatchObject({ by: 'ann' });
    const known = async (active: boolean) =>
      (await store().silences({ active, limit: 100 })).filter((one) => one.id === id).length;
    expect(await known(true)).toBe(1);
    await store().endSilence(id);
    expect([await known(true), await known(false)]).toEqual([0, 1]);
    await expect(store().endSilence('s-none')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
}

export const reading = (service: string, parts: Partial<MonitorReading> = {}): MonitorReading => ({
  service,
  monitor: 'deps',
  kind: 'dependencies',
  at: at(0),
  window: null,
  verdict: 'pass',
  reason: 'all is well',
  findings: [],
  values: [],
  ...parts,
});
const memory = (parts: Partial<MonitorMemory> = {}): MonitorMemory => ({
  kind: 'dependencies',
  at: at(0),
  state: { n: 1 },
  rules: {},
  ...parts,
});

/** What every `MonitorStore` keeps to. */
export function monitorContract(store: () => MonitorStore): void {
  test('keeps readings and what a run leaves; a late run changes neither the newest', async () => {
    const service = newService();
    expect([await store().memory(service, 'deps'), await store().latest(service, 'deps')]).toEqual([null, null]);
    await store().save(reading(service, { at: at(10) }), memory({ at: at(10), state: 'new' }), at(0));
    await store().save(reading(service, { at: at(5), verdict: 'fail' }), memory({ at: at(5), state: 'old' }), at(0));
    await store().save(reading(service, { at: at(10) }), memory({ at: at(10), state: 'new' }), at(0));
    expect(await store().memory(service, 'deps')).toMatchObject({ state: 'new' });
    expect(await store().latest(service, 'deps')).toEqual(reading(service, { at: at(10) }));
    expect((await store().readings(service, 'deps', 10)).map(({ verdict }) => verdict)).toEqual(['pass', 'fail']);
  });

  test('is bounded by time, and never drops the newest', async () => {
    const service = newService();
    for (const n of [0, 10, 20]) await store().save(reading(service, { at: at(n) }), memory({ at: at(n) }), at(15));
    expect(await store().readings(service, 'deps', 10)).toHaveLength(1);
    await store().save(reading(service, { at: at(30) }), memory({ at: at(30) }), at(100));
    expect((await store().readings(service, 'deps', 10)).map((line) => line.at)).toEqual([at(30)]);
  });

  test('shows the newest of each monitor, and forgets', async () => {
    const service = newService();
    for (const monitor of ['logs', 'deps'])
      for (const n of [0, 1])
        await store().save(reading(service, { monitor, at: at(n), reason: `${n}` }), memory({ at: at(n) }), at(0));
    const lines = await store().overview({ service, limit: 10 });
    expect(lines.map(({ monitor, reason, kind }) => [monitor, reason, kind])).toEqual([
      ['deps', '1', 'dependencies'],
      ['logs', '1', 'dependencies'],
    ]);
    expect((await store().overview({ limit: 1000 })).length).toBeGreaterThanOrEqual(2);
    await store().forget(service, 'deps');
    expect(await store().overview({ service, limit: 10 })).toHaveLength(1);
    expect(await store().memory(service, 'deps')).toBeNull();
  });
}
