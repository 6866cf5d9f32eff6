import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import axios from 'axios';
import { workflowIdOf } from '../../src/client/workflow-ids.js';
import type { RolloutState } from '../../src/domain/rollout-state.js';
import type { Installation } from '../e2e/installation.js';
import type { Monitoring } from './shipped.js';

const ALERT = 'CandidatePredictionDrift';

/** As Alertmanager lists it. */
interface ReceivedAlert {
  readonly labels: Readonly<Record<string, string>>;
  readonly updatedAt: string;
}

/** When each part of the way from a bad prediction to a rollback was reached. */
export class Hops {
  private readonly monitoring: Monitoring;
  private readonly it: Installation;
  /** Ms since 1970, by what was seen. */
  private readonly seen = new Map<'alertmanager' | 'gateway', number>();

  constructor(monitoring: Monitoring, it: Installation) {
    this.monitoring = monitoring;
    this.it = it;
  }

  /** Notes what leaves no time behind; ends when the gateway has no candidate any more. */
  async watch(): Promise<void> {
    const url = `${this.monitoring.alertmanagerUrl}/api/v2/alerts`;
    while (!this.seen.has('gateway')) {
      const { data } = await axios.get<ReceivedAlert[]>(url, { proxy: false, timeout: 5000 });
      const drift = data.find(({ labels }) => labels['alertname'] === ALERT);
      // The first time that it is seen: each repeat updates it.
      if (drift !== undefined && !this.seen.has('alertmanager'))
        this.seen.set('alertmanager', Date.parse(drift.updatedAt));
      const { effectiveWeightPercent } = await this.it.route();
      if (this.seen.has('alertmanager') && effectiveWeightPercent === 0) this.seen.set('gateway', Date.now());
      await sleep(25);
    }
  }

  /** @returns a line a hop, for people, and the times in order of the hops */
  async table(client: Client, { rolloutId, service }: RolloutState) {
    // Raw samples have the time of the scrape or evaluation itself.
    const first = async (selector: string, above = 0) => {
      const [series] = await this.monitoring.query(`${selector}[10m]`);
      const sample = series?.values?.find(([, value]) => Number(value) > above);
      if (sample === undefined) throw new Error(`Prometheus has seen no ${selector} above ${above}`);
      return sample[0] * 1000;
    };
    const decisions = await this.it.decisions(rolloutId);
    const decided = decisions.find(({ action, reason }) => action === 'alert' && reason.includes(ALERT));
    const exposed = decisions.find(({ action, weightPercent }) => action === 'set-weight' && weightPercent === 10);
    const hops: [string, number][] = [
      ['candidate meets users', Date.parse(exposed?.at ?? '')],
      ['Prometheus has its predictions', await first('sluice_gateway_predictions_total{arm="candidate"}')],
      ['recording rule: drift above 0.3', await first('sluice:prediction_drift:rate5m', 0.3)],
      ['alert pending', await first(`ALERTS{alertname="${ALERT}",alertstate="pending"}`)],
      ['alert fires', await first(`ALERTS{alertname="${ALERT}",alertstate="firing"}`)],
      ['Alertmanager has it', this.seen.get('alertmanager') ?? Number.NaN],
      ['webhook, signal in the history', await signalledAt(client, service)],
      ['rollback decided', Date.parse(decided?.at ?? '')],
      ['gateway serves the baseline only', this.seen.get('gateway') ?? Number.NaN],
    ];
    const start = hops[0]?.[1] ?? 0;
    const lines = hops.map(([name, at], n) => {
      const step = n === 0 ? 0 : at - (hops[n - 1]?.[1] ?? 0);
      return `${name.padEnd(36)} ${seconds(at - start)} (+${seconds(step).trim()})`;
    });
    return { text: lines.join('\n'), times: hops.map(([, at]) => at) };
  }
}

async function signalledAt(client: Client, service: string): Promise<number> {
  const { events = [] } = await client.workflow.getHandle(workflowIdOf(service)).fetchHistory();
  const signal = events?.find(({ workflowExecutionSignaledEventAttributes: signalled }) => {
    const [payload] = signalled?.input?.payloads ?? [];
    return signalled?.signalName === 'alert' && Buffer.from(payload?.data ?? []).includes(ALERT);
  });
  const { seconds: whole = 0, nanos = 0 } = signal?.eventTime ?? {};
  return Number(whole) * 1000 + (nanos ?? 0) / 1e6;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(2).padStart(7)} s`;
}
