import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { cacheFolder } from '../src/process/cache-folder.js';

const FOLDER = fileURLToPath(new URL('./peers/', import.meta.url));
const REQUIREMENTS = `${FOLDER}requirements.txt`;
/** One environment for each set of versions, beside the cached Temporal CLI. */
const VENV = join(
  cacheFolder(),
  `bench-${createHash('sha256').update(readFileSync(REQUIREMENTS)).digest('hex').slice(0, 8)}`,
);

export interface PeerAnswer {
  readonly ms: number;
  readonly value: number;
}

/** `PYTHON`, which has what requirements.txt names; else the peers' own environment, a virtual one, made on first use. */
export function peerPython(): string {
  const given = process.env['PYTHON'];
  if (given !== undefined && given !== '') return given;
  const python = join(VENV, 'bin/python');
  if (existsSync(join(VENV, 'ready'))) return python;
  console.error(`installing the peers (scipy, scikit-learn, Evidently, drain3) into ${VENV}, once`);
  execFileSync('python3', ['-m', 'venv', VENV], { stdio: 'inherit' });
  execFileSync(python, ['-m', 'pip', 'install', '--quiet', '-r', REQUIREMENTS], { stdio: 'inherit' });
  writeFileSync(join(VENV, 'ready'), '');
  return python;
}

/** A Python process that answers one request a line; see bench/peers. */
export class PythonPeer {
  private readonly child: ChildProcess;
  private readonly answers: AsyncIterator<string>;
  private readonly lines: Interface;

  private constructor(python: string, script: string) {
    this.child = spawn(python, [`${FOLDER}${script}`], { stdio: ['pipe', 'pipe', 'inherit'] });
    if (!this.child.stdout) throw new Error('the peer has no output');
    this.lines = createInterface({ input: this.child.stdout });
    this.answers = this.lines[Symbol.asyncIterator]();
  }

  static start(script: string): PythonPeer {
    return new PythonPeer(peerPython(), script);
  }

  async ask(request: object): Promise<PeerAnswer> {
    this.child.stdin?.write(`${JSON.stringify(request)}\n`);
    const { value, done } = await this.answers.next();
    if (done) throw new Error(`the peer ended at ${JSON.stringify(request)}`);
    return JSON.parse(value) as PeerAnswer;
  }

  stop(): void {
    this.lines.close();
    this.child.stdin?.end();
  }
}
