import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import type { RolloutDetail } from '../../src/api/schema/rollout.js';
import type { Decision } from '../../src/domain/decision.js';
import type { ExperimentReport, MetricEstimate } from '../../src/domain/experiment.js';
import type { ImpactState } from '../../src/domain/impact-state.js';
import { metricUnit } from '../../src/domain/metric.js';
import { formatP, formatQuantity, type Unit } from '../../src/domain/quantity.js';
import type { Report } from '../../src/domain/report.js';
import type { RolloutState } from '../../src/domain/rollout-state.js';
import type { Evidence } from '../../src/domain/verdict.js';
import { withUnit } from '../../src/report/format.js';
import { SluiceClient } from '../../src/sdk/index.js';
import { openStore } from '../../src/stores/open-store.js';
import { connectTemporal, temporalSettings } from '../../src/temporal/connection.js';
import { Installation } from '../e2e/installation.js';
import { launch } from '../setup/chromium.js';
import { hasChromium, openPage, until } from '../ui/browser.js';
import { hasBuiltPage } from '../ui/built-page.js';
import { runHeldRollout } from './held-rollout.js';
import { type RecordedHistory, readHistory } from './history.js';

/** One rollout, and what each part says of it: the same numbers, to the last digit. No number here may be compared "about". */
jest.setTimeout(400_000);
const testInBrowser = hasChromium() && hasBuiltPage() ? test : test.skip;

let it: Installation;
let rollout: RolloutDetail;
let history: RecordedHistory;
/** The rollout's lines, and those of its impact analysis. */
let ledger: Decision[];
let decided: Decision;
let looks: ExperimentReport[];
let state: RolloutState;
let impact: ImpactState;
const all = <T>(list: readonly T[] | null | undefined): readonly T[] => list ?? [];
const gateOf = ({ evidence }: Decision) => evidence.find(({ gate }) => gate !== undefined) as Evidence;

beforeAll(async () => {
  it = await Installation.open('consistency');
  rollout = await runHeldRollout(it);
  const settings = { ...temporalSettings(process.env['SLUICE_TEST_TEMPORAL']), namespace: it.namespace };
  const link = await connectTemporal(settings);
  try {
    const [course, analysis] = ['rollout/digits', `impact/digits/${rollout.rolloutId}`];
    // What is compared must not change meanwhile.
    for (const id of [course, analysis]) await link.client.workflow.getHandle(id).result();
    history = await readHistory(link.client, course);
    ledger = [...history.decisions, ...(await readHistory(link.client, analysis)).decisions];
    state = await link.client.workflow.getHandle(course).query('state');
    impact = await link.client.workflow.getHandle(analysis).query('state');
  } finally {
    await link.close();
  }
  decided = history.decisions.find(({ action, phase }) => action === 'advance' && phase === 'abTest') as Decision;
  looks = (await client().listExperiments(rollout.rolloutId, { limit: 1000 })).experiments;
});
afterAll(() => it?.close());

const client = () => new SluiceClient({ url: it.apiUrl });
const fromApi = async <T>(path: string) => (await (await fetch(`${it.apiUrl}/v1/rollouts/${path}`)).json()) as T;
const fromCli = async <T>(...args: string[]) => JSON.parse((await it.sluice(...args, '-o', 'json')).stdout) as T;

describe('the look that was decided on', () => {
  test('is one of the workflow’s history, as a whole, though later looks were told', () => {
    const { at } = gateOf(decided);
    const index = history.looks.findIndex(({ gate }) => gate.at === at && gate.gate === 'abTest');
    const look = history.looks[index];
    expect(decided.evidence).toStrictEqual([look?.gate, ...all(look?.evidence)]);
    expect(history.looks.slice(index + 1).filter(({ gate }) => gate.gate === 'abTest').length).toBeGreaterThan(1);
    for (const one of decided.evidence)
      expect([one.verdict, typeof one.at, one.epochs?.length]).toEqual(['pass', 'string', 2]);
    expect(decided.evidence.map(({ metric }) => metric)).toEqual([
      'accuracy',
      'error_rate',
      'latency_p99',
      'prediction_drift',
    ]);
    expect(state.phases.abTest.note).toBe(gateOf(decided).reason);
  });

  test('is kept by the store, with the numbers of the decision', () => {
    const { at, baseline, candidate, difference, bound, reason } = gateOf(decided);
    const look = looks.find((one) => one.at === at);
    const [primary] = all(look?.estimates);
    expect({ reason: look?.reason, decision: look?.decision }).toEqual({ reason, decision: 'promote' });
    expect([primary?.baseline, primary?.candidate]).toStrictEqual(
      [baseline, candidate].map(({ samples, value }) => ({ units: samples, value })),
    );
    expect([primary?.effect, primary?.interval?.[0]]).toStrictEqual([difference, bound]);
  });

  test('of each phase is one of its own epochs', () => {
    const passed = history.decisions.filter(
      ({ action, evidence }) => action === 'advance' && evidence.some((e) => e.at),
    );
    expect(passed.map((line) => `${line.phase} ${gateOf(line).gate}`)).toEqual([
      'shadow shadow',
      'canary samples',
      'canary samples',
      'abTest abTest',
    ]);
    const first = (phase: string) => passed.find((one) => one.phase === phase)?.evidence[0]?.epochs?.[0] ?? 0;
    expect(first('shadow')).toBeLessThan(first('canary'));
    expect(first('canary')).toBeLessThan(first('abTest'));
  });
});

test('history, store, api, SDK and CLI have the same lines and the same view', async () => {
  const { rolloutId } = rollout;
  const [api, sdk, cli, shown, explained] = await Promise.all([
    fromApi<{ decisions: Decision[] }>(`${rolloutId}/decisions`),
    client().listDecisions(rolloutId, { limit: 1000 }),
    fromCli<Decision[]>('history', rolloutId),
    fromCli<RolloutState & { impact: ImpactState }>('get', 'digits'),
    fromCli<{ points: { text: string }[]; why: string }>('explain', 'digits'),
  ]);
  for (const decisions of [api.decisions, sdk.decisions, cli]) expect(decisions).toStrictEqual(ledger);
  expect(shown.evidence).toStrictEqual(state.evidence);
  expect((await client().getRollout(rolloutId)).evidence).toStrictEqual(state.evidence);
  expect(shown.impact).toStrictEqual(impact);
  expect(explained.why).toBe(state.reason);
  const databaseUrl = it['env']['DATABASE_URL'];
  if (databaseUrl === undefined) return;
  const store = await openStore({ databaseUrl });
  try {
    expect(await store.decisions(rolloutId)).toStrictEqual(ledger);
    expect(await store.record.experiments(rolloutId)).toStrictEqual(looks);
    expect((await store.rollout(rolloutId))?.evidence).toStrictEqual(state.evidence);
  } finally {
    await store.close();
  }
});

test('the report’s twin has these numbers, and its page shows them by the one formatter', async () => {
  const [page, twin] = [join(it.folder, 'report.html'), join(it.folder, 'report.json')];
  expect((await it.sluice('report', rollout.rolloutId, '-o', page, '--json', twin)).code).toBe(0);
  const report = JSON.parse(await readFile(twin, 'utf8')) as Report;
  const html = await readFile(page, 'utf8');
  const { generatedAt: _, ...given } = await fromApi<Report>(`${rollout.rolloutId}/report`);
  expect(report).toMatchObject(JSON.parse(JSON.stringify({ guardrails: given.guardrails, impact: given.impact })));
  for (const evidence of decided.evidence) {
    const { metric, gate = null, at, epochs, baseline, candidate, difference, bound, margin, reason } = evidence;
    const sequence = report.guardrails.data?.find((one) => one.metric === metric && one.gate === gate);
    const found = sequence?.looks.filter((look) => look.at === at);
    expect(found).toMatchObject([{ epochs, baseline, candidate, difference, bound, margin, reason }]);
  }
  const newest = report.experiments.data?.at(-1);
  expect(newest).toStrictEqual(looks.at(-1));
  const [primary] = all(newest?.estimates);
  expect(primary?.unit).toBe('share');
  for (const arm of [primary?.baseline, primary?.candidate])
    expect(html).toContain(`${withUnit(arm?.value, 'share')} of ${formatQuantity(arm?.units, 'count')}`);
  expect(html).toContain(`(${formatP(primary?.adjustedP ?? null)})`);
  const [effect] = all(report.impact.data);
  expect([effect?.effect, effect?.verdict]).toStrictEqual([
    impact.evidence[0]?.difference,
    impact.evidence[0]?.verdict,
  ]);
  expect(html).toContain(withUnit(effect?.effect, effect?.unit ?? null));
});

/** Of each row of a table, or each entry of a list, in a section: its numbers with all digits, and as they are shown. */
async function numbersIn(page: Page, title: string, entries: string): Promise<[number, string, string | null][][]> {
  const section = `[...document.querySelectorAll('section')].find((one) => one.querySelector('h2')?.textContent === '${title}')`;
  await until(page, `${section}?.querySelector('${entries}') != null`);
  return page.evaluate(
    `[...${section}.querySelectorAll('${entries}')].map((one) =>
      [...one.querySelectorAll('data')].map((data) => [Number(data.value), data.title, data.textContent]))`,
  );
}

type Shown = readonly [value: number | null, text: string];
const shown = (numbers: readonly Shown[]) =>
  numbers.flatMap(([value, text]) => (value === null ? [] : [[value, String(value), text]]));
const quantity = (unit: Unit | undefined) => (value: number | null) => [value, formatQuantity(value, unit)] as const;
const armsOf = ({ metric, baseline, candidate }: Evidence) =>
  shown([baseline.value, candidate.value].map(quantity(metricUnit(metric))));
const estimateOf = ({ baseline, candidate, effect, interval, unit, pValue, adjustedP }: MetricEstimate) => {
  const p = adjustedP ?? pValue;
  return shown([
    ...[baseline.value, candidate.value, effect, ...(interval ?? [])].map(quantity(unit)),
    [p, formatP(p)],
  ]);
};

testInBrowser('the page carries all digits, and reads as the one formatter writes them', async () => {
  const browser = await launch();
  try {
    const { page, errors } = await openPage(browser, `${it.apiUrl}/rollouts/${rollout.rolloutId}`);
    await numbersIn(page, 'Decisions', 'tbody tr');
    // A long evaluation has more lines than the page shows at first.
    const more = page.getByRole('button', { name: /^Show all/ });
    if ((await more.count()) > 0) await more.first().click();
    const readings = await numbersIn(page, 'Decisions', '.basis > li');
    for (const evidence of decided.evidence) expect(readings).toContainEqual(armsOf(evidence));
    const rows = await numbersIn(page, 'Guardrails', 'tbody tr');
    const arms = rows.map((row) => row.slice(0, 2));
    for (const evidence of state.evidence) expect(arms).toContainEqual(armsOf(evidence));
    const estimates = await numbersIn(page, 'A/B evaluation', 'table.stack tbody tr');
    expect(estimates).toEqual(all(looks.at(-1)?.estimates).map(estimateOf));
    const [series] = all((await client().getImpact(rollout.rolloutId)).impact.data);
    expect(await numbersIn(page, 'Impact after the cutover', '.impact')).toEqual([
      shown([series?.effect ?? null, ...(series?.interval ?? [])].map(quantity(series?.unit))),
    ]);
    expect(errors).toEqual([]);
  } finally {
    await browser.close();
  }
});
