import { type ChildProcess, spawn } from 'node:child_process';
import { get } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import type { LocalModel } from './local-models.js';

const STARTING_POLL_MS = 200;
const READY_POLL_MS = 1000;
const PROBE_MS = 2000;
/** So many in a row, and a replica gets no more requests until it answers again. */
const MOST_FAILURES = 3;
/** After SIGTERM. */
const PATIENCE_MS = 5000;
const DRAIN_POLL_MS = 20;
/** What a model server needs of our own environment. The rest, secrets above all, is none of its business. */
const PASSED_ON = ['PATH', 'HOME', 'LANG', 'TMPDIR', 'LD_LIBRARY_PATH', 'CUDA_VISIBLE_DEVICES', 'VIRTUAL_ENV'];

/** One process of a model server, on a port of its own. */
export class Replica {
  readonly port: number;
  readonly exited: Promise<void>;
  /** Requests under way. */
  inFlight = 0;
  private readonly model: LocalModel;
  private readonly child: ChildProcess;
  private readonly startedAt = performance.now();
  private readonly killAtExit: () => void;
  private failures = MOST_FAILURES;
  private wasReady = false;
  private isLeaving = false;
  private hasExited = false;
  private timer: NodeJS.Timeout | undefined;

  private constructor(model: LocalModel, port: number) {
    this.model = model;
    this.port = port;
    this.child = spawnReplica(model, port);
    this.killAtExit = () => this.kill('SIGKILL');
    // A worker that ends takes its replicas along.
    process.once('exit', this.killAtExit);
    this.exited = new Promise((resolve) => {
      const end = () => {
        this.hasExited = true;
        clearTimeout(this.timer);
        process.off('exit', this.killAtExit);
        resolve();
      };
      // A command that can't be started says `error`, and no `exit`.
      this.child.once('exit', end).once('error', end);
    });
    this.timer = setTimeout(() => void this.probe(), STARTING_POLL_MS);
  }

  static async start(model: LocalModel): Promise<Replica> {
    return new Replica(model, await freePort());
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  get isReady(): boolean {
    return !this.isLeaving && !this.hasExited && this.failures < MOST_FAILURES;
  }

  get ageMs(): number {
    return performance.now() - this.startedAt;
  }

  /** Takes no more requests, lets those under way end, and ends: asked first, made to after a while. */
  async stop(drainMs: number): Promise<void> {
    this.isLeaving = true;
    clearTimeout(this.timer);
    const end = performance.now() + drainMs;
    while (this.inFlight > 0 && !this.hasExited && performance.now() < end)
      await new Promise((resolve) => setTimeout(resolve, DRAIN_POLL_MS));
    if (this.hasExited) return;
    this.kill('SIGTERM');
    const late = setTimeout(() => this.kill('SIGKILL'), PATIENCE_MS);
    await this.exited.finally(() => clearTimeout(late));
    // What it has started itself may have outlived it.
    this.kill('SIGKILL');
  }

  private async probe(): Promise<void> {
    const isWell = await answersWell(this.port, this.model.ready);
    if (this.isLeaving || this.hasExited) return;
    this.failures = isWell ? 0 : Math.min(this.failures + 1, MOST_FAILURES);
    if (this.failures === 0) this.wasReady = true;
    else if (!this.wasReady && this.ageMs > this.model.startTimeout) return this.kill('SIGKILL');
    this.timer = setTimeout(() => void this.probe(), this.failures === 0 ? READY_POLL_MS : STARTING_POLL_MS);
  }

  /** The whole group: a command may be a script that has started the server. */
  private kill(signal: NodeJS.Signals): void {
    if (this.child.pid === undefined) return;
    try {
      process.kill(-this.child.pid, signal);
    } catch {
      // It is gone.
    }
  }
}

function spawnReplica({ command, cwd, env }: LocalModel, port: number): ChildProcess {
  const [program = '', ...args] = command.map((word) => word.replaceAll('{port}', String(port)));
  const passedOn = Object.fromEntries(
    PASSED_ON.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])),
  );
  return spawn(program, args, {
    ...(cwd === undefined ? {} : { cwd }),
    env: { ...passedOn, ...env, PORT: String(port) },
    stdio: 'ignore',
    // A process group of its own, so that it can be ended as a whole.
    detached: true,
  });
}

function answersWell(port: number, path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const request = get({ host: '127.0.0.1', port, path, agent: false, timeout: PROBE_MS }, (response) => {
      response.resume();
      resolve(response.statusCode !== undefined && response.statusCode >= 200 && response.statusCode < 300);
    });
    request.once('timeout', () => request.destroy()).once('error', () => resolve(false));
  });
}

/** A port that was free a moment ago; where somebody else is faster, the replica ends and the next one gets another. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer().once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => resolve(port));
    });
  });
}
