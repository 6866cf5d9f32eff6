import { proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../activities/index.js';
import type { IncidentErrand } from '../src/domain/incident.js';
import { courier } from './activity-proxies.js';
import { causeOf } from './run.js';

const { recordTold } = proxyActivities<Pick<Activities, 'recordTold'>>({
  startToCloseTimeout: '10s',
  retry: { initialInterval: '1s', backoffCoefficient: 1.5, maximumInterval: '30s' },
});

/** Whoever can't be told of an incident for so long is of no help with it. */
const LONGEST = '1d';

/** Tells one target one thing about an incident, and has it written down who was told, or why not. */
export async function incidentNotice(errand: IncidentErrand): Promise<void> {
  const { target, notice } = errand;
  const options = { summary: notice.event, scheduleToCloseTimeout: LONGEST } as const;
  const failure = await courier.deliver.executeWithOptions(options, [target, [notice]]).then(
    () => null,
    (error: unknown) => causeOf(error),
  );
  await recordTold(errand, failure);
}
