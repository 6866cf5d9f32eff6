import { randomUUID } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import type { CommandSink } from '../client/command-sink.js';
import { SluiceError } from '../domain/errors.js';
import { artifactsSeen } from '../domain/rollout-models.js';
import type { RolloutState } from '../domain/rollout-state.js';
import { type RolloutSpec, rolloutSpec } from '../domain/spec/rollout-spec.js';
import { withGiven } from '../plan/given-traffic.js';
import { measureTraffic } from '../plan/measure-traffic.js';
import { planRollout as plan } from '../plan/plan-rollout.js';
import type { Store } from '../ports/store.js';
import { readDocument } from '../yaml/read-document.js';
import { assertRole } from './auth/guard.js';
import type { Principal } from './auth/principal.js';
import { dequeue, getQueue, planRollout, sendCommand, startRollout } from './endpoints/rollouts.js';
import { inTime } from './in-time.js';
import { AccessError } from './problem.js';
import { repeatable } from './repeatable.js';
import { type CheckedCommand, COMMAND_ROLES, type CommandAnswer, type CommandName } from './schema/command.js';
import { serve } from './serve.js';

/** Goes past Temporal, to the gateways themselves. */
export type ForceRollback = (
  request: { readonly service: string; readonly reason: string; readonly to?: string | undefined },
  who: Principal,
) => Promise<string>;

export interface CommandDeps {
  readonly store: Store;
  /** Null: this api has no way to Temporal, and takes no commands. */
  readonly commands: CommandSink | null;
  readonly force: ForceRollback | null;
}

const MOST_FREEZES = 200;
/** Some thousand lines. Larger ones take seconds to read, in which nobody else is answered. */
const LARGEST_SPEC = 128 * 1024;

/** What people ask of rollouts. */
export function commandRoutes(server: FastifyInstance, deps: CommandDeps): void {
  const { store } = deps;
  const startOnce = repeatable();
  serve(server, startRollout, async ({ body, headers, who, request }) => {
    const spec = readSpec(body.spec);
    const commands = sinkOf(deps);
    const started = await startOnce(keyOf(who, headers['idempotency-key']), JSON.stringify(body), (mark) =>
      asTheirs(commands.start(spec, { onConflict: body.onConflict, reason: body.reason, mark }, who)),
    );
    request.log.info({ rolloutId: started.rolloutId, subject: who.subject }, 'rollout started');
    return started;
  });

  serve(server, planRollout, async ({ body }) => {
    const spec = readSpec(body.spec);
    const now = Date.now();
    const traffic = withGiven(await measureTraffic(store, spec, now, body.window), spec, body);
    const freezes = await store.freezes({ service: spec.service, activeAt: 'now', limit: MOST_FREEZES });
    const route = await store.latestRoute(spec.service);
    return plan(spec, traffic, now, freezes, route?.baseline.version ?? null);
  });

  serve(server, getQueue, async ({ params: { service } }) => sinkOf(deps).queue(service));

  serve(server, dequeue, async ({ params: { service, rolloutId }, who, request }) => {
    await sinkOf(deps).dequeue(service, rolloutId);
    request.log.info({ service, rolloutId, subject: who.subject }, 'rollout taken out of the queue');
    return undefined as never;
  });

  const retryOnce = repeatable();
  serve(server, sendCommand, async ({ params: { service }, headers, body, who, request }): Promise<CommandAnswer> => {
    assertRole(who, COMMAND_ROLES[body.command], Boolean(request.headers.authorization));
    const decisionId = idOf(body.decisionId, headers['idempotency-key']);
    const { command, rolloutId } = body;
    const once = repeatKey(who, decisionId);
    const act = async () => {
      await assertMeant(store, service, body);
      if (command === 'retry') return retry(deps, service, body, decisionId, who);
      if (command === 'force') return force(deps, service, body, decisionId, who);
      return decide(deps, service, { ...body, command }, decisionId, who);
    };
    // A repeat is answered before it is asked which is the newest: that may be what the first one has made.
    const answer =
      command === 'retry'
        ? await retryOnce(once, `${service} ${rolloutId} ${body.step}`, act)
        : command === 'force'
          ? await retryOnce(once, `${service} ${rolloutId} ${body.to} ${body.reason}`, act)
          : await act();
    request.log.info({ service, command, decisionId, subject: who.subject }, 'command accepted');
    return answer;
  });
}

async function decide(
  deps: CommandDeps,
  service: string,
  {
    command,
    reason,
    forMs,
    weightPercent,
    step,
    to,
    artifacts,
  }: CheckedCommand & { command: Exclude<CommandName, 'retry' | 'force'> },
  decisionId: string,
  who: Principal,
): Promise<CommandAnswer> {
  const asked = {
    decisionId,
    reason,
    ...(forMs === undefined ? {} : { forMs }),
    ...(weightPercent === undefined ? {} : { weightPercent }),
    ...(step === undefined ? {} : { step }),
    ...(to === undefined ? {} : { to }),
    ...(command === 'approve' ? await onTrial(deps.store, service, artifacts) : {}),
  };
  const state = await asTheirs(sinkOf(deps).send(service, command, asked, who));
  const { rolloutId, status, phase } = state;
  return { accepted: true, decisionId, rolloutId, status, phase, detail: detailOf(command, state) };
}

async function retry(
  deps: CommandDeps,
  service: string,
  { step }: CheckedCommand,
  decisionId: string,
  who: Principal,
): Promise<CommandAnswer> {
  const retried = await asTheirs(sinkOf(deps).retry(service, step, who));
  const { rolloutId, retryOf, attempt, from } = retried;
  const detail = `attempt ${attempt} of ${retryOf} is started as ${rolloutId}`;
  return {
    accepted: true,
    decisionId,
    rolloutId,
    status: 'progressing',
    phase: from?.phase ?? 'validation',
    detail,
    retried,
  };
}

async function force(
  deps: CommandDeps,
  service: string,
  { reason, to }: CheckedCommand,
  decisionId: string,
  who: Principal,
): Promise<CommandAnswer> {
  if (deps.force === null)
    throw new SluiceError(
      'GATEWAY_UNREACHABLE',
      'this api knows no gateways (SLUICE_GATEWAYS): sluice rollback --force',
    );
  const detail = await deps.force({ service, reason, ...(to === undefined ? {} : { to }) }, who);
  // The gateways have changed: that the store can't be read now makes it no failure, which would be tried again.
  const [newest] = await inTime(deps.store.listed.newestOf([service])).catch(() => []);
  const { rolloutId = `${service}-forced`, status = 'rolled-back', phase = 'unknown' } = newest ?? {};
  return { accepted: true, decisionId, rolloutId, status, phase, detail };
}

/** By default as the store has it, which is what the page shows. */
async function onTrial(store: Store, service: string, said: CheckedCommand['artifacts']) {
  const [state] = await store.rollouts({ service, limit: 1 });
  return artifactsSeen(state?.models, said);
}

/** What gives users no more of a candidate: it must not wait for a store that is away. */
const STOPPING: ReadonlySet<CommandName> = new Set(['pause', 'reject', 'abort', 'rollback', 'force']);

/** Somebody looked at one rollout, and another runs by now. */
async function assertMeant({ listed }: Store, service: string, { command, rolloutId }: CheckedCommand): Promise<void> {
  if (rolloutId === undefined) return;
  const [newest] = await inTime(listed.newestOf([service])).catch((error: unknown) => {
    const isAway = error instanceof SluiceError && error.code === 'STORE_UNAVAILABLE';
    if (isAway && STOPPING.has(command)) return [{ rolloutId }];
    throw error;
  });
  if (newest?.rolloutId !== rolloutId)
    throw new SluiceError(
      'COMMAND_REFUSED',
      `it is meant for ${rolloutId}, and the newest of ${service} is ${newest?.rolloutId ?? 'none'}`,
    );
}

/** A worker that believes nobody: that is not about the token that was brought here. */
async function asTheirs<T>(asked: Promise<T>): Promise<T> {
  return asked.catch((error: unknown) => {
    if (error instanceof SluiceError && error.code === 'UNAUTHORIZED')
      throw new AccessError('FORBIDDEN', `the rollout does not take it: ${error.message}`);
    throw error;
  });
}

function sinkOf({ commands }: CommandDeps): CommandSink {
  if (commands !== null) return commands;
  throw new SluiceError('TEMPORAL_UNAVAILABLE', 'this api has no way to Temporal, and takes no commands');
}

/** @throws {DocumentError} with line and column of its YAML */
function readSpec(given: string | Record<string, unknown>): RolloutSpec {
  const text = typeof given === 'string' ? given : JSON.stringify(given, null, 2);
  if (text.length > LARGEST_SPEC)
    throw new SluiceError('SPEC_INVALID', `spec: ${text.length} characters; at most ${LARGEST_SPEC} are taken`);
  return readDocument(text, rolloutSpec, 'spec');
}

function idOf(inBody: string | undefined, inHeader: string | undefined): string {
  if (inBody !== undefined && inHeader !== undefined && inBody !== inHeader)
    throw new SluiceError(
      'USAGE',
      `decisionId is ${inBody}, and Idempotency-Key is ${inHeader}: one of them is enough`,
    );
  return inBody ?? inHeader ?? randomUUID();
}

function keyOf(who: Principal, key: string | undefined): string | null {
  return key === undefined ? null : repeatKey(who, key);
}

function repeatKey(who: Principal, key: string): string {
  return `${who.subject} ${key}`;
}

function detailOf(command: CommandName, { rolloutId, phase, status }: RolloutState): string {
  return `${command} accepted: ${rolloutId} is ${status} in phase ${phase}`;
}
