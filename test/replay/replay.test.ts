import { readdirSync, readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { historyFromJSON } from '@temporalio/common/lib/proto-utils.js';
import { Worker, type WorkflowBundle } from '@temporalio/worker';
import { quietRuntime } from '../../src/worker/runtime.js';
import { testBundle } from '../setup/built.js';
import { GROUP_SCENARIOS } from './group-scenarios.js';
import { IMPACT_SCENARIOS } from './impact-scenarios.js';
import { MONITOR_SCENARIOS } from './monitor-scenarios.js';
import { SCENARIOS } from './scenarios.js';

/** `<version>-<scenario>.json`, recorded by `npm run record-histories`, and never written again. */
const folder = new URL('./histories/', import.meta.url);
const recorded = readdirSync(folder).map((file) => {
  const [, version = '', scenario = ''] = /^(\d+\.\d+\.\d+)-(.+)\.json$/.exec(file) ?? [];
  return { file, version, scenario };
});
const historyOf = (file: string) => historyFromJSON(JSON.parse(readFileSync(new URL(file, folder), 'utf8')));

let bundle: WorkflowBundle;
beforeAll(async () => {
  quietRuntime();
  bundle = await testBundle();
});

describe('recorded histories', () => {
  test('every scenario has one, and every one has a scenario', () => {
    const names = new Set(recorded.map(({ scenario }) => scenario));
    expect([...names].sort()).toEqual(
      [...SCENARIOS, ...GROUP_SCENARIOS, ...MONITOR_SCENARIOS, ...IMPACT_SCENARIOS].map(({ name }) => name).sort(),
    );
  });

  test.each(recorded)('$file replays with the code of today', async ({ file, scenario }) => {
    await Worker.runReplayHistory({ workflowBundle: bundle }, historyOf(file), `rollout/${scenario}`);
  });

  test('a history that the code did not write is refused', async () => {
    const history = historyOf('0.1.0-promoted-after-approval.json');
    const scheduled = history.events?.find(
      (event) => event.activityTaskScheduledEventAttributes?.activityType?.name === 'setTraffic',
    );
    const type = scheduled?.activityTaskScheduledEventAttributes?.activityType;
    if (!type) throw new Error('the history sets no traffic');
    type.name = 'somethingElse';
    await expect(Worker.runReplayHistory({ workflowBundle: bundle }, history, 'rollout/broken')).rejects.toThrow(
      /[Nn]ondeterminis/,
    );
  });
});
