import { CommanderError } from 'commander';
import { describeError, ERROR_CODES, type ErrorCode, SluiceError } from '../domain/errors.js';
import type { RolloutStatus } from '../domain/rollout-state.js';
import { plainText } from './output/plain-text.js';
import { say } from './output/say.js';
import { styleOf } from './output/style.js';

const USAGE_EXIT = 2;
const INTERRUPTED_EXIT = 130;

/** A person has broken a question off: nothing is wrong, and nothing was done. */
export class Interrupted extends Error {}

/** Every code that a command may end with, and what a script learns from it. The one table of them; help texts and docs show it. */
export const EXIT_CODES = [
  [0, 'done; of a rollout: it is promoted, or on its way'],
  [1, 'an error; of a rollout: it failed before anybody met the candidate'],
  [2, 'the command line, a spec or a setting is wrong'],
  [3, 'of a rollout: aborted or rolled back; of a validation: failed'],
  [4, 'a conflict: another rollout runs, or the command can not be taken now'],
  [5, 'of a rollout: waits for a person, or is paused; of a validation: inconclusive'],
  [124, 'the time-out was over before the answer or the end came'],
  [130, 'interrupted'],
  [143, 'told to end (SIGTERM)'],
] as const;

/** What to do next, by code: a command or a setting. Where it depends on more, the message says more. */
const REMEDIES: Readonly<Record<ErrorCode, string>> = {
  SPEC_INVALID: 'sluice lint <spec>, which names line and column of each mistake',
  USAGE: 'the same command with --help; of variables: docs/operations.md#settings',
  UNAUTHORIZED: 'sluice whoami; SLUICE_IDENTITY names the key that signs, SLUICE_TOKEN is what the api is sent',
  FORBIDDEN: 'ask an admin of the api for the role that is named (sluice api token create), or somebody who has it',
  RATE_LIMITED: 'the same command a little later',
  NOT_FOUND: 'sluice list, which names services and rollouts',
  ROLLOUT_CONFLICT: 'sluice get <service>; start --on-conflict queue waits for its turn',
  COMMAND_REFUSED: 'sluice explain <service>, which says what the rollout waits for and what would move it',
  EPOCH_STALE: 'sluice traffic <service>, which shows whose route is newer',
  ROUTE_INVALID: 'sluice lint <gateway.yaml>, and sluice traffic <service>',
  GATEWAY_UNREACHABLE: 'sluice doctor; SLUICE_GATEWAYS names the admin listeners of all gateways',
  MODEL_UNREACHABLE: 'curl the model server at the address above from where gateway and worker run',
  MODEL_ANSWER_INVALID: 'compare what the model server answers with protocol: of the spec',
  NOTIFICATION_FAILED: 'check the target under notify: of the spec; it is tried again by itself',
  NOTIFICATION_REFUSED: 'check address and secret of the target under notify: of the spec',
  HOOK_FAILED: 'check the hook under hooks: of the spec; it is called again by itself',
  HOOK_REFUSED: 'ask whoever owns the hook why it said no; sluice history <service> has its answer',
  SCALING_FAILED: 'check scaling: of the spec; it is tried again by itself',
  SCALING_REFUSED: 'check the rights of the worker on what scaling: of the spec names',
  AUTH_UNAVAILABLE: 'check SLUICE_OIDC_ISSUER of the api, and that it can be reached from there',
  SECRET_UNUSABLE: 'start the worker with the variable that the spec names',
  DATASET_INVALID: 'look at what is named of the data set, and at dataset: of the spec',
  DATASET_UNREACHABLE: 'check the address; SLUICE_DATA_DIR is where file names start from',
  ADDRESS_REFUSED: 'SLUICE_ALLOW_PRIVATE lists private addresses that specs may lead to',
  OBSERVATION_INVALID:
    'look at the named field or line; where a gateway has sent it, compare its version with the api’s',
  STORE_SCHEMA: 'the same version of api, worker and CLI: sluice --version',
  STORE_LOCKED:
    'stop the other process; a gateway takes a --state-dir of its own, api and worker a PostgreSQL (DATABASE_URL)',
  STORE_UNAVAILABLE: 'sluice api (SLUICE_API says where it is), and the database behind it (DATABASE_URL)',
  TEMPORAL_UNAVAILABLE:
    'TEMPORAL_ADDRESS names the server; sluice dev starts one here; sluice doctor looks at all parts',
  TEMPORAL_CLI_MISSING: 'TEMPORAL_CLI_PATH names a temporal binary; TEMPORAL_ADDRESS names a server that runs',
  PAYLOAD_UNREADABLE: 'SLUICE_CODEC_KEYS with the keys that the rollout was started with',
  NO_WORKER:
    'sluice worker (with the same TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE and DATABASE_URL), then the same command again',
  TIMEOUT: 'the same command with a longer --timeout; sluice explain <service> says what is waited for',
};

/** The exit code of anything that was thrown; see EXIT_CODES. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof SluiceError) return ERROR_CODES[error.code].exitCode;
  if (error instanceof Interrupted) return INTERRUPTED_EXIT;
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : USAGE_EXIT;
  return 1;
}

/** What a script learns from where a rollout stands. */
export function exitCodeOfState({ status }: { readonly status: RolloutStatus }): number {
  switch (status) {
    case 'promoted':
    case 'progressing':
      return 0;
    case 'aborted':
    case 'rolled-back':
      return 3;
    case 'waiting':
    case 'paused':
      return 5;
    case 'failed':
      return 1;
  }
}

/** For a person: what went wrong, its code, and what to do next. */
export function reportError(error: unknown): void {
  if (error instanceof Interrupted) return say(error.message);
  const style = styleOf(process.stderr);
  say(style.bad(describeError(error).split('\n').map(plainText).join('\n')));
  say(error instanceof SluiceError ? `(${error.code})` : '(ERROR)');
  say(style.dim(`try: ${remedyOf(error)}`));
  if (process.env['SLUICE_DEBUG'] && error instanceof Error) say(error.stack ?? '');
}

/** One line. */
export function remedyOf(error: unknown): string {
  if (error instanceof SluiceError) return REMEDIES[error.code];
  return 'SLUICE_DEBUG=1 with the same command shows where it comes from; sluice doctor looks at all parts';
}

/** The table for a help text. */
export function exitCodesText(codes: readonly number[] = EXIT_CODES.map(([code]) => code)): string {
  const rows = EXIT_CODES.filter(([code]) => codes.includes(code));
  return ['Exit codes:', ...rows.map(([code, meaning]) => `  ${String(code).padEnd(4)} ${meaning}`)].join('\n');
}
