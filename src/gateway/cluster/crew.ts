import cluster, { type Worker } from 'node:cluster';
import { describeError } from '../../domain/errors.js';
import type { Log } from '../../process/log.js';
import type { Workers } from './workers.js';

/** What a worker says to its primary. */
export interface WorkerMessage {
  readonly dataUrl: string;
  readonly adminUrl: string;
}

/** What a worker learns from its primary, by its environment. */
export const WORKER_ENV = { index: 'SLUICE_WORKER', token: 'SLUICE_WORKER_TOKEN', primary: 'SLUICE_PRIMARY' } as const;

const START_MS = 20_000;
const LEAST_RESTART_MS = 100;
const LONGEST_RESTART_MS = 5000;

export interface CrewOptions {
  readonly count: number;
  readonly env: { readonly token: string; readonly primary: string };
  readonly workers: Workers;
  /** Called each time that a worker can be told something. */
  readonly onCame: () => void;
  readonly log: Log;
}

/** The processes themselves: as many as were asked for, also after one has died. */
export class Crew {
  private readonly options: CrewOptions;
  private readonly processes = new Map<number, Worker>();
  private readonly diedAt = new Map<number, number>();
  private restartMs = LEAST_RESTART_MS;
  private isStopping = false;

  constructor(options: CrewOptions) {
    this.options = options;
  }

  /** @returns what the first worker that serves says */
  async start(): Promise<WorkerMessage> {
    const said = await Promise.all(
      Array.from(
        { length: this.options.count },
        (_, index) =>
          new Promise<WorkerMessage>((resolve, reject) => {
            const timer = setTimeout(() => reject(new Error(`worker ${index} does not start`)), START_MS);
            this.fork(index, (message) => {
              clearTimeout(timer);
              resolve(message);
            });
          }),
      ),
    ).catch(async (error: unknown) => {
      await this.stop();
      throw error;
    });
    return said[0] as WorkerMessage;
  }

  async stop(): Promise<void> {
    this.isStopping = true;
    await Promise.all(
      [...this.processes.values()].map(
        (worker) =>
          new Promise<void>((resolve) => {
            worker.once('exit', () => resolve());
            worker.process.kill('SIGTERM');
          }),
      ),
    );
  }

  /** @param onReady called when it serves, also where that takes more than one process */
  private fork(index: number, onReady: (message: WorkerMessage) => void): void {
    const { env, workers, onCame } = this.options;
    const worker = cluster.fork({
      [WORKER_ENV.index]: String(index),
      [WORKER_ENV.token]: env.token,
      [WORKER_ENV.primary]: env.primary,
    });
    this.processes.set(index, worker);
    const gone = (how: number | string) => {
      workers.went(index);
      this.processes.delete(index);
      if (!this.isStopping) this.restart(index, how, onReady);
    };
    worker.on('message', (message: WorkerMessage) => {
      workers.came(index, message.adminUrl);
      onCame();
      onReady(message);
    });
    worker.on('exit', (code, signal) => gone(code ?? signal));
    // The machine has no process to give at the moment: there will be no exit.
    worker.on('error', (error) => {
      if (worker.process.pid === undefined) gone(describeError(error));
    });
  }

  /** At once after a long life, later and later where it dies again and again. */
  private restart(index: number, how: number | string, onReady: (message: WorkerMessage) => void): void {
    const now = performance.now();
    const quick = now - (this.diedAt.get(index) ?? Number.NEGATIVE_INFINITY) < LONGEST_RESTART_MS;
    this.diedAt.set(index, now);
    this.restartMs = quick ? Math.min(this.restartMs * 2, LONGEST_RESTART_MS) : LEAST_RESTART_MS;
    this.options.log('error', 'a worker has died and is started anew', { worker: index, how, inMs: this.restartMs });
    // No reason to keep a process that ends.
    setTimeout(() => {
      if (!this.isStopping) this.fork(index, onReady);
    }, this.restartMs).unref();
  }
}
