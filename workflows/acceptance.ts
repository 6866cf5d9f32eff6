import { ApplicationFailure, uuid4 } from '@temporalio/workflow';
import { BEING_STOPPED, COMMAND_FIELDS, refusal } from '../src/domain/commands.js';
import type { Command, CommandRequest, CommandSource, ReceivedCommand } from '../src/domain/decision.js';
import { LONGEST_MS } from '../src/domain/duration.js';
import type { Identity } from '../src/domain/identity.js';
import { DIGEST } from '../src/domain/model-version.js';
import type { SeenDigests } from '../src/domain/rollout-models.js';
import { claimedIdentity, verifyStatement } from '../src/identity/verify-statement.js';
import { identityKeys } from './identity-keys.js';
import { now, type Run } from './run.js';

/** Of an actor, a reason or a decision id. */
const LONGEST_TEXT = 1000;
const LONGEST_STATEMENT = 4096;

/** Refuses what can't be taken before it leaves a trace in the history. @throws {ApplicationFailure} COMMAND_REFUSED | UNAUTHORIZED */
export function assertAcceptable(run: Run, command: Command, request: CommandRequest): void {
  assertShape(command, request);
  const identity = proven(run.state, command, request);
  if (isRepeat(run, request)) return;
  const refused = stoppedRefusal(run, command) ?? refusal(run.state, run.input.spec, { command, request, identity });
  if (refused !== null) throw refuse(refused);
}

/** A signal may carry anything; what is no text is left out, and nothing may grow the history without bound. */
export function completed(request: unknown): CommandRequest {
  const given = typeof request === 'object' && request !== null ? (request as Record<string, unknown>) : {};
  const text = (value: unknown) => (typeof value === 'string' ? value.slice(0, LONGEST_TEXT) : undefined);
  const to = text(given['to']);
  const artifacts = readArtifacts(given['artifacts']);
  return {
    decisionId: text(given['decisionId']) ?? uuid4(),
    actor: text(given['actor']) ?? 'signal',
    reason: text(given['reason']) ?? '',
    ...(isDuration(given['forMs']) ? { forMs: given['forMs'] } : {}),
    ...(typeof given['weightPercent'] === 'number' ? { weightPercent: given['weightPercent'] } : {}),
    ...(typeof given['step'] === 'number' ? { step: given['step'] } : {}),
    ...(to === undefined ? {} : { to }),
    ...(artifacts === null ? {} : { artifacts }),
  };
}

/** Why a bare signal is not taken; null where it is. Nobody proves who sends one: unless the spec trusts them, it can only stop. */
export function signalRefusal(run: Run, command: Command, request: CommandRequest): string | null {
  const field = COMMAND_FIELDS[command];
  if (field && request[field] === undefined) return `${command}: ${field} is missing`;
  if (!stops(command) && command !== 'pause' && !run.input.spec.rights.trustSignals)
    return `${command} came as a bare signal, which the spec does not trust (rights.trustSignals)`;
  return stoppedRefusal(run, command) ?? refusal(run.state, run.input.spec, { command, request, identity: null });
}

function stops(command: Command): boolean {
  return command === 'abort' || command === 'rollback' || command === 'reject';
}

/** Once it goes back nothing else is taken, but that it goes faster. */
function stoppedRefusal({ inbox, state }: Run, command: Command): string | null {
  if (inbox.stop === null || stops(command)) return null;
  return `cannot ${command}: rollout ${state.rolloutId} ${BEING_STOPPED}: ${inbox.stop.reason}`;
}

export function isRepeat(run: Run, request: CommandRequest): boolean {
  return run.inbox.seen.includes(request.decisionId);
}

/** As it is written down. What came in as an update was checked by its validator; a signal's statement is nobody's proof. */
export function asReceived(command: Command, request: CommandRequest, source: CommandSource): ReceivedCommand {
  const { statement, ...asked } = request;
  const identity = source === 'update' && statement !== undefined ? claimedIdentity(statement) : null;
  const subject = identity === null ? {} : { subject: identity.subject, actor: identity.subject };
  return { ...asked, command, source, at: now(), ...subject };
}

/**
 * Null where no keys are configured: the actor is then who it says.
 * @param of what the statement must be for, and must not be older than
 */
export function proven(
  of: { readonly service: string; readonly startedAt: string },
  command: Command,
  request: CommandRequest,
): Identity | null {
  const keys = identityKeys();
  const { statement } = request;
  if (keys === null) {
    if (statement === undefined) return null;
    throw refuse(`${command} is signed, but this worker has no keys to check it by (SLUICE_IDENTITY_KEYS)`);
  }
  if (statement === undefined)
    throw refuse(`${command} is not signed: who asks must be proven here (SLUICE_IDENTITY)`, 'UNAUTHORIZED');
  const { service, startedAt } = of;
  const expected = { service, command, jti: request.decisionId, content: request, sinceMs: Date.parse(startedAt) };
  const checked = verifyStatement(keys, statement, { ...expected, nowMs: Date.now() });
  if ('refused' in checked) throw refuse(`${command}: ${checked.refused}`, 'UNAUTHORIZED');
  if (checked.identity.subject !== request.actor)
    throw refuse(`${command}: ${checked.identity.subject} signs as ${request.actor}`, 'UNAUTHORIZED');
  return checked.identity;
}

/** @throws {ApplicationFailure} where a field is missing, none of its kind or too long */
export function assertShape(command: Command, request: CommandRequest): void {
  for (const field of ['decisionId', 'actor', 'reason', 'to', 'statement'] as const) {
    const value: unknown = request?.[field];
    if (value === undefined && (field === 'to' || field === 'statement')) continue;
    if (typeof value !== 'string') throw refuse(`${command}: ${field} is not a text`);
    const most = field === 'statement' ? LONGEST_STATEMENT : LONGEST_TEXT;
    if (value.length > most)
      throw refuse(`${command}: ${field} has ${value.length} characters, at most ${most} are taken`);
  }
  if (request.artifacts !== undefined && readArtifacts(request.artifacts) === null)
    throw refuse(`${command}: artifacts are not digests of baseline and candidate`);
  if (request.forMs !== undefined && !isDuration(request.forMs))
    throw refuse(`${command}: forMs ${String(request.forMs)} is not in 1..366d`);
  const field = COMMAND_FIELDS[command];
  if (field && (request[field] === undefined || request[field] === ''))
    throw refuse(`${command}: ${field} is missing (${field === 'forMs' ? '--for' : '--to'})`);
}

/** @returns null where it is anything but a digest for one or both arms */
function readArtifacts(value: unknown): SeenDigests | null {
  if (typeof value !== 'object' || value === null) return null;
  const isSaid = ([arm, digest]: [string, unknown]) =>
    (arm === 'baseline' || arm === 'candidate') && typeof digest === 'string' && DIGEST.test(digest);
  return Object.entries(value).every(isSaid) ? (value as SeenDigests) : null;
}

function refuse(message: string, type = 'COMMAND_REFUSED'): ApplicationFailure {
  return ApplicationFailure.nonRetryable(message, type);
}

function isDuration(value: unknown): value is number {
  return typeof value === 'number' && value >= 1 && value <= LONGEST_MS;
}
