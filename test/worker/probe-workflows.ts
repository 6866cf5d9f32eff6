import {
  condition,
  continueAsNew,
  defineQuery,
  defineUpdate,
  proxyActivities,
  setCurrentDetails,
  setHandler,
  sleep,
  startChild,
  workflowInfo,
} from '@temporalio/workflow';
import type { Activities, WatchInput, WatchSummary } from '../../activities/index.js';

/** Small workflows with all that a rollout puts into its history, for tests of what surrounds a rollout. */
export interface ProbeActivities {
  echo(text: string): Promise<string>;
  refuse(text: string): Promise<never>;
}

export const sayUpdate = defineUpdate<string, [string]>('say');
export const buildQuery = defineQuery<string>('build');

const { echo, refuse } = proxyActivities<ProbeActivities>({
  startToCloseTimeout: '10s',
  retry: { maximumAttempts: 1 },
});
const { watch } = proxyActivities<Pick<Activities, 'watch'>>({
  startToCloseTimeout: '1m',
  heartbeatTimeout: '20s',
  // Far longer than the test: what is waited for here is missed.
  retry: { initialInterval: '30s' },
});

/** Echoes each text that it is told, until it has `count`; then meets a failure. */
export async function conversation(opening: string, count: number): Promise<string[]> {
  const said: string[] = [];
  setCurrentDetails(`details of ${opening}`);
  setHandler(sayUpdate, async (text) => {
    const echoed = await echo.executeWithOptions({ summary: `summary of ${text}` }, [text]);
    said.push(echoed);
    return echoed;
  });
  await condition(() => said.length >= count);
  await sleep(1);
  await refuse(opening).catch(() => undefined);
  return said;
}

export async function watching(input: WatchInput): Promise<WatchSummary> {
  return watch(input);
}

/** Told to `pinned`: to continue as new, and to leave a child behind. */
export const AS_NEW = 'as new';
export const CHILD = 'child';

/** Says which build runs it, as long as nobody says anything. */
export async function pinned(): Promise<string> {
  let over: string | null = null;
  setHandler(buildQuery, () => workflowInfo().currentDeploymentVersion?.buildId ?? 'none');
  setHandler(sayUpdate, (text) => {
    over = text;
    return text;
  });
  await condition(() => over !== null);
  if (over === CHILD) {
    const options = { workflowId: `${workflowInfo().workflowId}-child`, parentClosePolicy: 'ABANDON' } as const;
    await startChild(pinned, options);
  }
  if (over === AS_NEW) return continueAsNew<typeof pinned>();
  return echo(over ?? '');
}
