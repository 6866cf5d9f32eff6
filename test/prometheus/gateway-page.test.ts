import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { LabelNames } from '../../src/gateway/record/label-names.js';
import { GatewayStage, predicts, until } from '../gateway/stage.js';
import { checkMetrics } from './check-metrics.js';

const openInference = { kind: 'open-inference', model: 'digits', unitKey: 'header:x-user-key' } as const;

describe('labels that metrics name', () => {
  const route = { service: 'digits', protocol: openInference };

  test('are the first 50 of a service, whichever version says them; the rest is one', () => {
    const names = new LabelNames();
    const all = Array.from({ length: 10_000 }, (_, n) => names.shown(route, `label ${n}`));
    expect(new Set(all).size).toBe(51);
    expect([all[0], all[49], all[50], all[9999]]).toEqual(['label 0', 'label 49', 'other', 'other']);
    expect(names.shown({ ...route, service: 'dips' }, 'label 60')).toBe('label 60');
  });

  test.each([
    ['a number that is measured', '0.25', 'other'],
    ['a tiny one', '1e-7', 'other'],
    ['a class', '7', '7'],
    ['a negative class', '-1', '-1'],
    ['a text', 'x'.repeat(65), 'other'],
    ['a line break', 'a\nb', 'other'],
    ['half a character', '\ud800', 'other'],
    ['what would end a label', 'a"} 1', 'a"} 1'],
  ])('%s', (_, label, shown) => {
    expect(new LabelNames().shown(route, label)).toBe(shown);
  });

  test('are never what a language model said in its own words', () => {
    const protocol = { kind: 'chat', unitKey: 'header:x-user-key' } as never;
    expect(new LabelNames().shown({ service: 'chat', protocol }, 'my name is Alice')).toBe('other');
  });
});

describe('the page of a gateway', () => {
  let stage: GatewayStage;
  const page = async () => (await fetch(`${stage.gateway.adminUrl}/metrics`)).text();
  beforeAll(async () => {
    stage = await GatewayStage.open();
  });
  afterAll(() => stage?.close());

  test('counts predictions by what they said, and escapes it', async () => {
    stage.v1.behaviour = predicts('a"b\\c');
    await stage.apply({ weightPercent: 50 });
    for (let unit = 0; unit < 40; unit += 1) await stage.infer(`u${unit}`);
    await until(async () => (await page()).includes('label="two"'));
    const text = await page();
    const count = (label: string) => {
      const [, value] =
        new RegExp(
          `^sluice_gateway_predictions_total\\{service="digits",version="v[12]",arm="\\w+",label=${label}\\} (\\d+)$`,
          'm',
        ).exec(text) ?? [];
      return Number(value);
    };
    expect(count('"a\\\\"b\\\\\\\\c"') + count('"two"')).toBe(40);
    expect(await checkMetrics(text)).toEqual([]);
  });

  test('reads the same after somebody has asked for OpenMetrics', async () => {
    const accept = 'application/openmetrics-text; version=1.0.0';
    const [before, open] = [await page(), await fetch(`${stage.gateway.adminUrl}/metrics`, { headers: { accept } })];
    expect(await open.text()).toMatch(/^# TYPE sluice_gateway_predictions counter$/m);
    const names = (text: string) => text.split('\n').filter((line) => line.startsWith('# TYPE'));
    expect(names(await page())).toEqual(names(before));
  });

  test('counts from 0 on, so that the first trip is an increase; says how long a lease is', async () => {
    const text = await page();
    for (const name of ['brake_trips', 'fallbacks', 'shadow_dropped', 'abandoned'])
      expect(text).toContain(`sluice_gateway_${name}_total{service="digits"} 0`);
    expect(text).toContain('sluice_gateway_lease_seconds{service="digits"} 60');
  });
});
