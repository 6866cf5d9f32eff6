import { Socket } from 'node:net';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { describeError } from '../../domain/errors.js';
import type { Row } from '../../ports/model-server.js';
import { CHANNEL_FD, readLines, say, type ToValidator } from './channel.js';
import type { AskableModel, ValidatedModel, Validator, ValidatorOutcome } from './contract.js';

// The process of one validator: started by run-module.ts, and ended by it once there is a verdict or the time is over.

/** Of a process with a heap of 512 MB: what lies outside of the heap counts too. */
const MOST_RESIDENT = 2 ** 30;
/**
 * In a thread of its own, which goes on whatever the module does: ends the process and its children where the worker is gone, or memory runs away.
 * As text: a thread is started from a file, and from source that file would need a loader.
 */
const WATCH = `
  const { workerData: { parent, most } } = require('node:worker_threads');
  const end = () => { try { process.kill(-process.pid, 'SIGKILL'); } finally { process.kill(process.pid, 'SIGKILL'); } };
  setInterval(() => {
    if (process.ppid !== parent) end();
    if (process.memoryUsage.rss() <= most) return;
    try { require('node:fs').writeSync(2, '\\nmore than ' + most / 2 ** 20 + ' MB of memory\\n'); } finally { end(); }
  }, 50);
`;

type Settle = { readonly resolve: (value: never) => void; readonly reject: (error: Error) => void };

const channel = new Socket({ fd: CHANNEL_FD });
const asked = new Map<number, Settle>();

async function main(): Promise<void> {
  const workerData = { parent: Number(process.argv[2]), most: MOST_RESIDENT };
  new Worker(WATCH, { eval: true, workerData, execArgv: [], env: {} }).unref();
  process.on('uncaughtException', (error) => say(channel, { kind: 'thrown', message: describeError(error) }));
  for await (const line of readLines(channel)) hear(JSON.parse(line) as ToValidator);
  process.exit(0);
}

function hear(message: ToValidator): void {
  if (message.kind === 'start') {
    run(message)
      .then(
        (outcome) => say(channel, { kind: 'done', outcome }),
        // Also an outcome that is no JSON.
        (error: unknown) => say(channel, { kind: 'thrown', message: describeError(error) }),
      )
      .catch((error: unknown) => say(channel, { kind: 'thrown', message: describeError(error) }));
    return;
  }
  const waiting = asked.get(message.id);
  asked.delete(message.id);
  if (message.kind === 'refused') waiting?.reject(Object.assign(new Error(message.message), { code: message.code }));
  else waiting?.resolve({ predictions: message.predictions, latencyMs: message.latencyMs } as never);
}

async function run({ module, summary }: ToValidator & { kind: 'start' }): Promise<ValidatorOutcome> {
  const validate = validatorIn(await import(pathToFileURL(module).href));
  const { candidate, baseline } = summary;
  return validate({
    ...summary,
    candidate: askable('candidate', candidate),
    baseline: askable('baseline', baseline),
  });
}

/** The export `validate`, else the default one; a CommonJS module's exports are the default export. */
function validatorIn(loaded: unknown): Validator {
  const at = (value: unknown, name: string) => (value as Record<string, unknown> | null | undefined)?.[name];
  const inner = at(loaded, 'default');
  const all = [at(loaded, 'validate'), inner, at(inner, 'validate'), at(inner, 'default')];
  const found = all.find((value) => typeof value === 'function');
  if (found === undefined) throw new TypeError('it exports no function: expected `validate` or a default export');
  return found as Validator;
}

function askable(arm: 'candidate' | 'baseline', model: ValidatedModel): AskableModel {
  return {
    ...model,
    infer: (rows: readonly Row[]) =>
      new Promise((resolve, reject) => {
        const id = nextId();
        asked.set(id, { resolve, reject });
        say(channel, { kind: 'infer', id, arm, rows: rows.map((row) => [...row]) });
      }),
  };
}

let lastId = 0;
function nextId(): number {
  lastId += 1;
  return lastId;
}

await main();
