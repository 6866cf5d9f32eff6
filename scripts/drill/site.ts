import { randomUUID } from 'node:crypto';
import type { Client } from '@temporalio/client';
import axios from 'axios';
import { readState } from '../../src/client/read-state.js';
import { sendCommand } from '../../src/client/send-command.js';
import { startRollout } from '../../src/client/start-rollout.js';
import { workflowIdOf } from '../../src/client/workflow-ids.js';
import type { Command, Decision } from '../../src/domain/decision.js';
import { hasEnded, type RolloutState } from '../../src/domain/rollout-state.js';
import type { AppliedRoute } from '../../src/domain/route.js';
import { createGatewayClient } from '../../src/traffic/gateway-client.js';
import type { GatewayProcess, Installation } from './installation.js';
import type { Load } from './load.js';
import { type Changes, drillSpec } from './specs.js';
import { timed, until } from './wait.js';

/** What somebody was told is done, and must be in the ledger for ever. */
export interface AcceptedDecision {
  readonly rolloutId: string;
  readonly action: Command;
  readonly actor: string;
}

export interface TimedRollback {
  readonly drill: string;
  readonly ms: number;
  readonly boundMs: number;
}

/** A rollout that a drill has started; each service has one. */
export interface Started {
  readonly service: string;
  readonly rolloutId: string;
}

const PATIENCE_MS = 60_000;
const gatewayClient = createGatewayClient({ adminToken: null, timeoutMs: 1000 });

/** Where drills take place, and what they leave to be audited at the end. */
export class Site {
  readonly installation: Installation;
  readonly client: Client;
  readonly load: Load;
  readonly rollouts: Started[] = [];
  readonly accepted: AcceptedDecision[] = [];
  readonly rollbacks: TimedRollback[] = [];
  /** When somebody took traffic away without the workflow, by service. */
  readonly forcedAt = new Map<string, number>();
  /** Which gateway was killed, and when. */
  readonly gatewayKills: { readonly gateway: number; readonly at: number }[] = [];

  constructor(installation: Installation, client: Client, load: Load) {
    this.installation = installation;
    this.client = client;
    this.load = load;
  }

  /** @param perSecond of its users */
  async start(service: string, perSecond: number, changes: Changes = {}): Promise<Started> {
    this.load.rate(service, perSecond);
    const { rolloutId } = await startRollout(this.client, drillSpec(this.installation, service, changes), 'drill');
    const started = { service, rolloutId };
    this.rollouts.push(started);
    return started;
  }

  /** Returns once it is accepted. @throws where it is refused, or nobody answers */
  async send(service: string, action: Command, reason = 'drill'): Promise<void> {
    const actor = `person-${randomUUID().slice(0, 8)}`;
    const { rolloutId } = await sendCommand(this.client, service, action, { actor, reason });
    this.accepted.push({ rolloutId, action, actor });
  }

  async state(service: string): Promise<RolloutState> {
    return (await readState(this.client, service, this.installation.apiUrl)).state;
  }

  /** A worker that was killed keeps its place in Temporal for a while: until then nobody else is asked. */
  async untilAnswered(service: string): Promise<void> {
    const isAnswered = async () =>
      (await readState(this.client, service, this.installation.apiUrl)).source === 'workflow';
    await until(`a worker answers for ${service}`, isAnswered, PATIENCE_MS);
  }

  /** Until the workflow itself is over: an ending is known before all of it is written down. */
  async untilClosed(service: string): Promise<void> {
    const handle = this.client.workflow.getHandle(workflowIdOf(service));
    const isClosed = async () => (await handle.describe()).status.name !== 'RUNNING';
    await until(`the workflow of ${service} is over`, isClosed, PATIENCE_MS);
  }

  /** @throws naming where the rollout stands when it has not come to hold in time */
  async until(
    service: string,
    what: string,
    holds: (state: RolloutState) => boolean,
    patienceMs = PATIENCE_MS,
  ): Promise<RolloutState> {
    let seen: RolloutState | null = null;
    const where = () => (seen === null ? 'nobody says' : `${seen.status} in ${seen.phase}: ${seen.reason}`);
    const isDecided = async () => {
      seen = await this.state(service);
      return holds(seen) || hasEnded(seen.status);
    };
    await until(`${service}: ${what}`, isDecided, patienceMs).catch((error: unknown) => {
      throw new Error(`${(error as Error).message} (${where()})`, { cause: error });
    });
    const state = seen as unknown as RolloutState;
    if (!holds(state)) throw new Error(`${service} has ended before: ${what} (${where()})`);
    return state;
  }

  async untilAt(service: string, percent: number): Promise<void> {
    await this.until(service, `at ${percent} %`, ({ weightPercent }) => weightPercent === percent);
  }

  /** How much of the traffic a gateway really gives to the candidate, percent. */
  async exposure({ adminUrl }: GatewayProcess, service: string): Promise<number> {
    const applied = await this.route(adminUrl, service);
    return applied.route.baseline.version === 'v1' ? applied.effectiveWeightPercent : 100;
  }

  async route(adminUrl: string, service: string): Promise<AppliedRoute> {
    const applied = await gatewayClient.get(adminUrl, service);
    if (applied === null) throw new Error(`the gateway at ${adminUrl} knows nothing of ${service}`);
    return applied;
  }

  /** Waits until all of these gateways give so much. @returns how long it took */
  untilExposed(
    service: string,
    percent: number,
    gateways: readonly GatewayProcess[],
    patienceMs: number,
  ): Promise<number> {
    const isSo = async () =>
      (await Promise.all(gateways.map((each) => this.exposure(each, service)))).every((share) => share === percent);
    return timed(() =>
      until(`${service}: ${percent} % on ${gateways.map(({ id }) => id).join(' and ')}`, isSo, patienceMs),
    );
  }

  /** Times the way back to 0 on all gateways, for the summary. @param from on the monotonic clock */
  async back(
    drill: string,
    service: string,
    options: { from: number; boundMs: number; gateways?: GatewayProcess[] },
  ): Promise<number> {
    const { from, boundMs, gateways = this.installation.gateways } = options;
    await this.untilExposed(service, 0, gateways, boundMs + 30_000);
    const ms = performance.now() - from;
    this.rollbacks.push({ drill, ms, boundMs });
    return ms;
  }

  async killGateway(gateway: GatewayProcess): Promise<void> {
    this.gatewayKills.push({ gateway: this.installation.gateways.indexOf(gateway), at: Date.now() });
    await gateway.kill();
  }

  /** Without what others than the workflow have written. */
  async ledger(rolloutId: string): Promise<Decision[]> {
    const url = `${this.installation.apiUrl}/v1/rollouts/${rolloutId}/decisions`;
    const { data } = await axios.get<{ decisions: Decision[] }>(url, { proxy: false, timeout: 5000 });
    return data.decisions.filter(({ sequence }) => sequence < FIRST_OF_OTHERS);
  }
}

/** From here on the impact analysis and forced rollbacks count. */
const FIRST_OF_OTHERS = 100_001;
