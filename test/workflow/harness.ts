import { Client } from '@temporalio/client';
import { NativeConnection, Worker, type WorkflowBundle } from '@temporalio/worker';
import { createQueueActivities } from '../../activities/queue.js';
import { createRunningRollouts } from '../../src/client/running-rollouts.js';
import { startRollout } from '../../src/client/start-rollout.js';
import type { PublicKey } from '../../src/domain/identity.js';
import { hasEnded, type RolloutState } from '../../src/domain/rollout-state.js';
import { type RolloutSpec, type RolloutSpecInput, rolloutSpec } from '../../src/domain/spec/rollout-spec.js';
import type { RunningRollouts } from '../../src/ports/running-rollouts.js';
import { connectTemporal, type TemporalLink, temporalSettings } from '../../src/temporal/connection.js';
import { withIdentityKeys } from '../../src/worker/bundle.js';
import { failureInterceptor } from '../../src/worker/failure-interceptor.js';
import { quietRuntime } from '../../src/worker/runtime.js';
import { shutdownInterceptor } from '../../src/worker/shutdown-interceptor.js';
import { testBundle } from '../setup/built.js';
import type { World } from './world.js';

export { type RolloutModelActivities, World } from './world.js';

export const spec = (phases: Partial<RolloutSpecInput['phases']> = {}, service = 'digits'): RolloutSpec =>
  patient({
    sluice: 'v1',
    service,
    owner: 'ml-platform',
    baseline: { version: 'v1', url: 'http://127.0.0.1:1' },
    candidate: { version: 'v2', url: 'http://127.0.0.1:2' },
    protocol: { model: 'digits' },
    guardrails: [{ metric: 'error_rate' }],
    phases: {
      canary: {
        steps: [
          { setWeight: 10, bake: '20ms' },
          { setWeight: 50, bake: '20ms' },
        ],
      },
      cutover: { keepBaselineWarm: '20ms' },
      ...phases,
    },
    watch: { tick: 200, window: 1000, lease: 2000 },
  });

/** Ten times a bake of 20 ms is less than a look may take on a busy machine. */
function patient(given: RolloutSpecInput): RolloutSpec {
  const { canary } = given.phases;
  const steps = canary.steps.map((step) => ('setWeight' in step ? { maxDuration: '1h' as const, ...step } : step));
  return rolloutSpec.parse({ ...given, phases: { ...given.phases, canary: { steps } } });
}

/** Takes bare signals that move forward. */
export const trusting = (given: RolloutSpec): RolloutSpec => ({
  ...given,
  rights: { ...given.rights, trustSignals: true },
});

export const ALL_PHASES = {
  validation: { dataset: 'x.csv', checks: [{ metric: 'accuracy', min: 0.9 }] },
  shadow: { minSamples: 20 },
  abTest: { primary: 'accuracy', minDetectableEffect: 0.05 },
  impact: { metrics: ['accuracy'], before: '1s', after: '50ms' },
} as const satisfies Partial<RolloutSpecInput['phases']>;

/** A worker over a fake world, on the test run's dev server. */
export class Stage {
  private readonly identity: string;
  readonly temporal: TemporalLink;
  readonly bundle: WorkflowBundle;
  private readonly connection: NativeConnection;
  private readonly rollouts: RunningRollouts;

  private constructor(identity: string, temporal: TemporalLink, bundle: WorkflowBundle, connection: NativeConnection) {
    this.identity = identity;
    this.temporal = temporal;
    this.bundle = bundle;
    this.connection = connection;
    this.rollouts = createRunningRollouts(new Client({ connection, namespace: temporal.namespace }));
  }

  static async open(
    address = process.env['SLUICE_TEST_TEMPORAL'],
    identity = 'test',
    identityKeys: readonly PublicKey[] | null = null,
  ): Promise<Stage> {
    quietRuntime();
    const settings = temporalSettings(address);
    return new Stage(
      identity,
      await connectTemporal(settings, 5000, identity),
      withIdentityKeys(await testBundle(), identityKeys),
      await NativeConnection.connect(settings.connectionOptions),
    );
  }

  async close(): Promise<void> {
    await this.connection.close();
    await this.temporal.close();
  }

  /** Runs `body` while a worker of its own queue serves rollouts of the service `queue`. */
  async run<T>(world: World, queue: string, body: () => Promise<T>): Promise<T> {
    const worker = await Worker.create({
      connection: this.connection,
      identity: this.identity,
      taskQueue: queue,
      workflowBundle: this.bundle,
      activities: { ...world.activities(), ...createQueueActivities({ rollouts: this.rollouts }) },
      interceptors: {
        activity: [() => ({ inbound: failureInterceptor }), () => ({ inbound: shutdownInterceptor })],
      },
      shutdownForceTime: '2s',
      // As in production; that histories replay is what test/replay and the interleavings are for.
      maxCachedWorkflows: 100,
    });
    return worker.runUntil(body);
  }

  async start(rolloutSpec: RolloutSpec, queue: string) {
    const started = await startRollout(this.temporal.client, rolloutSpec, 'alice', { taskQueue: queue });
    const handle = this.temporal.client.workflow.getHandle(started.workflowId);
    return {
      ...started,
      handle,
      state: () => handle.query<RolloutState>('state'),
      result: () => handle.result() as Promise<RolloutState>,
      until: async (holds: (state: RolloutState) => boolean): Promise<RolloutState> => {
        const deadline = performance.now() + 60_000;
        // A question is a task for server and worker: the longer it takes, the less often it is asked.
        for (let pauseMs = 20; ; pauseMs = Math.min(pauseMs * 1.3, 200)) {
          const state = await handle.query<RolloutState>('state');
          if (holds(state)) return state;
          if (performance.now() > deadline || hasEnded(state.status))
            throw new Error(`never came: ${JSON.stringify(state)}`);
          await new Promise((resolve) => setTimeout(resolve, pauseMs));
        }
      },
    };
  }
}

/** Names of services and queues, one for each test, so that none sees another's rollout. */
export function freshNames(prefix: string): () => string {
  let count = 0;
  return () => {
    count += 1;
    return `${prefix}-${process.pid}-${count}`;
  };
}
