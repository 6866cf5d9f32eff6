import cluster, { type Worker } from 'node:cluster';
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

/** The processes themselves: as many as were asked for, also after one has died. */
export class Crew {
  private readonly count: number;
  private readonly env: { token: string; primary: string };
  private readonly workers: Workers;
  private readonly log: Log;
  private readonly processes = new Map<number, Worker>();
  private readonly diedAt = new Map<number, number>();
  private restartMs = LEAST_RESTART_MS;
  private isStopping = false;

  constructor(count: number, env: { token: string; primary: string }, workers: Workers, log: Log) {
    this.count = count;
    this.env = env;
    this.workers = workers;
    this.log = log;
  }

  /** @returns what the first worker that serves says */
  async start(): Promise<WorkerMessage> {
    const said = await Promise.all(
      Array.from(
        { length: this.count },
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

  private fork(index: number, onReady: (message: WorkerMessage) => void = () => undefined): void {
    const worker = cluster.fork({
      [WORKER_ENV.index]: String(index),
      [WORKER_ENV.token]: this.env.token,
      [WORKER_ENV.primary]: this.env.primary,
    });
    this.processes.set(index, worker);
    worker.on('message', (message: WorkerMessage) => {
      this.workers.came(index, message.adminUrl);
      onReady(message);
    });
    worker.on('exit', (code, signal) => {
      this.workers.went(index);
      this.processes.delete(index);
      if (!this.isStopping) this.restart(index, code ?? signal);
    });
  }

  /** At once after a long life, later and later where it dies again and again. */
  private restart(index: number, how: number | string): void {
    const now = performance.now();
    const quick = now - (this.diedAt.get(index) ?? Number.NEGATIVE_INFINITY) < LONGEST_RESTART_MS;
    this.diedAt.set(index, now);
    this.restartMs = quick ? Math.min(this.restartMs * 2, LONGEST_RESTART_MS) : LEAST_RESTART_MS;
    this.log('error', 'a worker has died and is started anew', { worker: index, how, inMs: this.restartMs });
    setTimeout(() => {
      if (!this.isStopping) this.fork(index);
    }, this.restartMs);
  }
}
