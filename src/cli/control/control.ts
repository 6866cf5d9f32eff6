import type { RetriedRollout } from '../../client/retry-rollout.js';
import type { OnConflict, StartedRollout } from '../../client/start-rollout.js';
import type { Command, CommandRequest } from '../../domain/decision.js';
import { SluiceError } from '../../domain/errors.js';
import type { QueueState } from '../../domain/queue-state.js';
import { environmentSigner } from '../../identity/private-key.js';
import { localUser } from '../local-user.js';
import { controlOverApi } from './over-api.js';
import { controlOverTemporal } from './over-temporal.js';

/** As whom a command is heard, known without asking anybody. */
export interface Person {
  /** Null: whoever the token is of. */
  readonly actor: string | null;
  /** The setting that proves it; null: the actor is taken as given. */
  readonly provenBy: 'SLUICE_IDENTITY' | 'SLUICE_TOKEN' | null;
}

/** Newer rollouts supersede; people abort. */
export type PersonsCommand = Exclude<Command, 'supersede'>;

type AskedDecision = Omit<CommandRequest, 'decisionId' | 'actor' | 'statement' | 'artifacts'> & {
  readonly decisionId?: string | undefined;
  /** Of `approve`: what the candidate's artifact must be; absent: what the rollout shows. */
  readonly digest?: string | undefined;
};

interface StartRequest {
  /** As it stands in its file. */
  readonly file: string;
  readonly onConflict: OnConflict;
  readonly reason: string;
}

/** The way on which a person is heard by rollouts. Each call connects for itself. */
export interface Control {
  readonly person: Person;
  /** @returns the rollout right after it accepted; more of it on one way than on the other */
  decide(
    service: string,
    command: PersonsCommand,
    asked: AskedDecision,
    timeoutMs: number,
  ): Promise<{ readonly rolloutId: string; readonly status: string; readonly phase: string }>;
  start(request: StartRequest): Promise<StartedRollout>;
  /** @param fromStep a canary step, counted from 0; absent: where it ended */
  retry(service: string, fromStep: number | undefined): Promise<RetriedRollout>;
  queue(service: string): Promise<QueueState>;
  dequeue(service: string, rolloutId: string): Promise<void>;
  /** Waits until a rollout has left the queue. @throws {SluiceError} TIMEOUT; COMMAND_REFUSED where it is known to have been taken out */
  untilStarted(service: string, rolloutId: string, timeoutMs: number): Promise<void>;
}

/**
 * Whoever signs (SLUICE_IDENTITY) is heard by the workflow itself; whose token the api knows (SLUICE_TOKEN), by the api; on a machine with neither, a
 * name is taken as given.
 * @param actor as somebody has named it
 * @throws {SluiceError} USAGE where the name says nothing, since the token does
 */
export async function openControl(actor: string | undefined): Promise<Control> {
  const signer = await environmentSigner();
  if (signer === null && process.env['SLUICE_TOKEN']) {
    if (actor !== undefined)
      throw new SluiceError('USAGE', `--actor ${actor}: the api is asked, which knows by SLUICE_TOKEN who you are`);
    return controlOverApi();
  }
  return controlOverTemporal(actor ?? signer?.identity.subject ?? localUser(), signer);
}
