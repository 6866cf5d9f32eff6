import type { RetriedRollout } from '../../client/retry-rollout.js';
import type { OnConflict, StartedRollout } from '../../client/start-rollout.js';
import type { Command, CommandRequest } from '../../domain/decision.js';
import { SluiceError } from '../../domain/errors.js';
import type { QueueState } from '../../domain/queue-state.js';
import type { RolloutSpec } from '../../domain/spec/rollout-spec.js';
import { acting } from '../acting.js';
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
  /** Read and checked. */
  readonly spec: RolloutSpec;
  /** Where it stands, for those who read it themselves. */
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
 * @param named the actor, as somebody has named it
 * @throws {SluiceError} USAGE where the name says nothing, since the token does
 */
export async function openControl(named: string | undefined): Promise<Control> {
  const { actor, signer } = await acting(named);
  if (signer === null && process.env['SLUICE_TOKEN']) {
    if (named !== undefined)
      throw new SluiceError('USAGE', `--actor ${named}: the api is asked, which knows by SLUICE_TOKEN who you are`);
    return controlOverApi();
  }
  return controlOverTemporal(actor, signer);
}
