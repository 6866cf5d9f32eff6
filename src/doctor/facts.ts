import type { WantedRoutes } from '../client/api-client.js';
import type { Reading } from '../client/reading.js';
import type { RolloutState } from '../domain/rollout-state.js';
import type { AppliedRoute, Route } from '../domain/route.js';
import type { UnlistedGateway } from '../ports/traffic-router.js';
import type { GatewayReport } from '../traffic/gateway-client.js';

export interface GatewayReading {
  /** Of its admin listener, or the name that could not be resolved. */
  readonly url: string;
  readonly report: Reading<GatewayReport>;
}

/** An activity that did not succeed at once. */
interface FailingActivity {
  readonly name: string;
  /** Attempts that failed. */
  readonly failures: number;
  readonly error: string;
}

/** A workflow `rollout/<service>` that runs. */
export interface RunningRollout {
  readonly service: string;
  /** Null where its memo does not say: it was not started by our client. */
  readonly rolloutId: string | null;
  readonly taskQueue: string;
  /** What its search attributes say, which needs no worker; null where they say nothing. */
  readonly weightPercent: number | null;
  readonly failing: readonly FailingActivity[];
  /** What the workflow itself says, which needs a worker. */
  readonly state: Reading<RolloutState>;
  /** What the store keeps of it; null where it keeps nothing. */
  readonly view: Reading<RolloutState | null>;
}

export interface TaskQueueFacts {
  readonly name: string;
  /** When a worker last asked for workflow tasks, ISO; null where none has been seen. */
  readonly lastPollAt: string | null;
}

export interface TemporalFacts {
  readonly rollouts: readonly RunningRollout[];
  /** Of all rollouts that run. */
  readonly taskQueues: readonly TaskQueueFacts[];
}

/** What was found out at one moment. */
export interface Facts {
  /** ISO, on this machine's clock. */
  readonly at: string;
  readonly gateways: readonly GatewayReading[];
  readonly unlisted: readonly UnlistedGateway[];
  readonly apiUrl: string;
  /** What the store keeps, as the api tells it. */
  readonly store: Reading<WantedRoutes>;
  readonly temporalAddress: string;
  readonly temporal: Reading<TemporalFacts>;
}

/** All that is known of one service. */
export interface ServiceFacts {
  readonly service: string;
  readonly at: string;
  /** By gateway that answered and knows the service. */
  readonly applied: readonly AppliedRoute[];
  /** Gateways that answered and do not know the service. */
  readonly without: readonly string[];
  /** The one with the highest epoch; null where no gateway knows the service. */
  readonly newest: Route | null;
  /** What the store wants; `undefined` where it can't be asked. */
  readonly wanted: Route | null | undefined;
  /** The rollout that runs; `undefined` where Temporal can't be asked. */
  readonly running: RunningRollout | null | undefined;
}
