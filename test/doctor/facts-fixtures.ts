import type { Facts, RunningRollout } from '../../src/doctor/facts.js';
import type { RolloutState } from '../../src/domain/rollout-state.js';
import type { AppliedRoute, Route } from '../../src/domain/route.js';
import { stateOf } from '../stores/rollout-fixtures.js';

const NOW = '2026-11-21T10:00:00.000Z';
export const ago = (ms: number) => new Date(Date.parse(NOW) - ms).toISOString();

export const trial: Route = {
  service: 'digits',
  protocol: { kind: 'open-inference', model: 'digits', unitKey: 'header:x-user-key' },
  epoch: 5,
  rolloutId: 'digits-1',
  salt: 'digits-1',
  baseline: { version: 'v1', url: 'http://one' },
  candidate: { version: 'v2', url: 'http://two' },
  weightPercent: 30,
  shadowPercent: 0,
  leaseMs: 60_000,
};
export const stable = (version: string, epoch: number): Route => ({
  ...trial,
  epoch,
  baseline: { version, url: `http://${version}` },
  candidate: null,
  weightPercent: 0,
  leaseMs: null,
});

/** What a gateway says that does what its route wants. */
export const applied = (gatewayId: string, route: Route = trial, over: Partial<AppliedRoute> = {}): AppliedRoute => ({
  gatewayId,
  route,
  effectiveWeightPercent: route.weightPercent,
  effectiveShadowPercent: route.shadowPercent,
  leaseRemainingMs: route.leaseMs === null ? null : 50_000,
  trip: null,
  ...over,
});

export const state = (over: Partial<RolloutState> = {}): RolloutState =>
  stateOf('digits', {
    rolloutId: 'digits-1',
    epoch: 5,
    weightPercent: 30,
    revision: 9,
    updatedAt: ago(60_000),
    ...over,
  });

export const running = (over: Partial<RunningRollout> = {}, said: RolloutState = state()): RunningRollout => ({
  service: 'digits',
  rolloutId: 'digits-1',
  taskQueue: 'sluice',
  weightPercent: said.weightPercent,
  failing: [],
  state: { kind: 'read', value: said },
  view: { kind: 'read', value: said },
  ...over,
});

export interface World {
  readonly gateways?: readonly AppliedRoute[];
  readonly rollout?: RunningRollout | null;
  readonly wanted?: readonly Route[];
  readonly lastPollAt?: string | null;
}

/** A healthy installation with two gateways and a rollout at 30 %, but for what is given. */
export function factsOf({
  gateways = [applied('g1'), applied('g2')],
  rollout = running(),
  wanted = [gateways[0]?.route ?? trial],
  lastPollAt = ago(5000),
}: World = {}): Facts {
  const queues = rollout === null ? [] : [{ name: rollout.taskQueue, lastPollAt }];
  return {
    at: NOW,
    gateways: gateways.map((one) => ({
      url: `http://${one.gatewayId}:8081`,
      report: { kind: 'read', value: { gatewayId: one.gatewayId, peers: [], routes: [one], clockOffsetMs: 0 } },
    })),
    unlisted: [],
    apiUrl: 'http://api:8090',
    store: { kind: 'read', value: { routes: wanted, clockOffsetMs: 0 } },
    temporalAddress: 'temporal:7233',
    temporal: { kind: 'read', value: { rollouts: rollout === null ? [] : [rollout], taskQueues: queues } },
  };
}
