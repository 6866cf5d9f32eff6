import { ActivityCancellationType, proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../activities/index.js';

/** Quick and repeatable: tried again every second for as long as it takes. */
export const persistent = proxyActivities<Pick<Activities, 'setTraffic' | 'record' | 'recordDecisions'>>({
  startToCloseTimeout: '10s',
  retry: { initialInterval: '1s', backoffCoefficient: 1.2, maximumInterval: '10s' },
});

/** A question to the outside whose lasting failure is an answer. */
export const limited = proxyActivities<
  Pick<Activities, 'claimService' | 'newestEpoch' | 'assertServersReady' | 'compareImpact'>
>({
  startToCloseTimeout: '30s',
  retry: { initialInterval: '1s', maximumAttempts: 3 },
});

/** Long, and alive as long as it heartbeats. The workflow does not wait for a cancelled one to notice. */
export const long = proxyActivities<Pick<Activities, 'watch' | 'validate'>>({
  startToCloseTimeout: '2h',
  heartbeatTimeout: '90s',
  retry: { initialInterval: '1s', maximumInterval: '10s' },
  cancellationType: ActivityCancellationType.TRY_CANCEL,
});
