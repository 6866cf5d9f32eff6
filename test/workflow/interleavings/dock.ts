import { setTimeout as sleep } from 'node:timers/promises';
import { Context } from '@temporalio/activity';
import type { History } from '@temporalio/common/lib/proto-utils.js';
import { DefaultLogger, defaultSinks, NativeConnection, Worker } from '@temporalio/worker';
import type { WatchInput } from '../../../activities/index.js';
import { createQueueActivities } from '../../../activities/queue.js';
import { createRunningRollouts } from '../../../src/client/running-rollouts.js';
import { verdictSignature } from '../../../src/domain/verdict.js';
import { temporalSettings } from '../../../src/temporal/connection.js';
import { failureInterceptor } from '../../../src/worker/failure-interceptor.js';
import { evidence } from '../evidence.js';
import { Stage, World } from '../harness.js';
import { isHeld } from './plans.js';

const LOOK_MS = 50;

/** One world for many rollouts, whose watches cost next to nothing. */
export class WideWorld extends World {
  /** When something was last begun or done. */
  private movedAt = performance.now();

  override activities() {
    const all = { ...super.activities(), watch: (input: WatchInput) => watchWidely(input) };
    const noticed = Object.entries(all).map(([name, activity]) => [name, this.noticing(activity as Activity)]);
    return Object.fromEntries(noticed) as typeof all;
  }

  async untilQuiet(forMs: number): Promise<void> {
    for (;;) {
      const left = this.movedAt + forMs - performance.now();
      if (left <= 0) return;
      await sleep(left);
    }
  }

  private noticing(activity: Activity): Activity {
    return async (...args) => {
      this.movedAt = performance.now();
      return activity(...args).finally(() => {
        this.movedAt = performance.now();
      });
    };
  }
}
type Activity = (...args: unknown[]) => Promise<unknown>;

async function watchWidely({ route, gate, known, windowMs }: WatchInput) {
  const said = [evidence('error_rate', isHeld(route.service) ? 'inconclusive' : 'pass')];
  const summary = { evidence: said, progress: {}, gate: evidence(gate.kind, 'pass'), looks: 1, superseded: null };
  const until = performance.now() + windowMs;
  while (verdictSignature(said, summary.gate) === known && performance.now() < until) {
    Context.current().heartbeat();
    await Context.current().sleep(LOOK_MS);
  }
  return summary;
}

/** A worker for many rollouts at once, started and stopped as often as one likes. */
export class Dock {
  readonly stage: Stage;
  private readonly connection: NativeConnection;

  private constructor(stage: Stage, connection: NativeConnection) {
    this.stage = stage;
    this.connection = connection;
  }

  static async open(): Promise<Dock> {
    const { connectionOptions } = temporalSettings(process.env['SLUICE_TEST_TEMPORAL']);
    return new Dock(await Stage.open(), await NativeConnection.connect(connectionOptions));
  }

  async close(): Promise<void> {
    await this.connection.close();
    await this.stage.close();
  }

  async run<T>(world: World, queue: string, body: () => Promise<T>): Promise<T> {
    const worker = await Worker.create({
      connection: this.connection,
      taskQueue: queue,
      workflowBundle: this.stage.bundle,
      activities: {
        ...world.activities(),
        ...createQueueActivities({ rollouts: createRunningRollouts(this.stage.temporal.client) }),
      },
      interceptors: { activity: [() => ({ inbound: failureInterceptor })] },
      // Hundreds of signals that can't be taken are no news here.
      sinks: defaultSinks(new DefaultLogger('ERROR')),
      shutdownForceTime: '30s',
      // All of them, unlike on other stages: a replay at each task would take most of the time.
      maxCachedWorkflows: 200,
      maxConcurrentWorkflowTaskExecutions: 200,
      maxConcurrentActivityTaskExecutions: 500,
    });
    return worker.runUntil(body);
  }

  /** @returns why a history does not replay, by workflow id */
  async replay(histories: readonly { history: History; workflowId: string }[]): Promise<Map<string, string>> {
    const faults = new Map<string, string>();
    const options = { workflowBundle: this.stage.bundle, sinks: defaultSinks(new DefaultLogger('ERROR')) };
    for await (const { workflowId, error } of Worker.runReplayHistories(options, histories))
      if (error) faults.set(workflowId, error.message);
    return faults;
  }
}
