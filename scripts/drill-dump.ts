import { connectTemporal, temporalSettings } from '../src/temporal/connection.js';
import { tsToMs } from '@temporalio/common/lib/time.js';
const [addr, service, runId] = process.argv.slice(2);
const link = await connectTemporal(temporalSettings(addr));
const h = await link.client.workflow.getHandle('rollout/'+service, runId).fetchHistory();
let t0: number|null=null;
for (const e of h.events ?? []) {
  const t = tsToMs(e.eventTime); t0 ??= t;
  const a = Object.entries(e).find(([k,v])=>k.endsWith('Attributes') && v)!;
  const v:any = a[1];
  console.log(String(e.eventId).padStart(4), ((t-t0)/1000).toFixed(2).padStart(7), a[0].replace('EventAttributes',''), v.activityType?.name ?? '', v.scheduledEventId? 'of '+v.scheduledEventId:'', v.attempt? 'attempt '+v.attempt:'', v.identity ?? '', v.timerId ?? '', v.acceptedRequest?.input?.name ?? '');
}
await link.close();
