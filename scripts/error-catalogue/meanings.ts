import type { ErrorCode } from '../../src/domain/errors.js';

/** What each code says of the world; what to do about it stands with the CLI, which says it as well. The compiler names a code that is missing. */
export const MEANINGS: Readonly<Record<ErrorCode, string>> = {
  SPEC_INVALID:
    'A spec, monitor, group or configuration is not what its schema asks for. The message names file, line and column.',
  USAGE: 'A command line, a setting of the environment or a request is not as it should be. Nothing was done.',
  UNAUTHORIZED: 'Who asks could not be proven: no token or signature, an unknown one, or one that is over.',
  FORBIDDEN: 'Who asks is known and may not do this: the role is missing.',
  RATE_LIMITED: 'Too many requests from one place in a short time. `Retry-After` says when the next may come.',
  NOT_FOUND: 'Nothing of this name or id is known here.',
  ROLLOUT_CONFLICT: 'A rollout of the service runs already. The message names it and who has started it.',
  COMMAND_REFUSED:
    'The rollout has heard the command and can’t take it now. The message says why: the wrong phase, not an approver, a digest that has changed.',
  EPOCH_STALE: 'A route is older than the one in force: a delayed command must not bring back what was taken out.',
  ROUTE_INVALID: 'A gateway refuses a route: it is malformed, or of a service that the gateway does not have.',
  GATEWAY_UNREACHABLE:
    'The admin listener of a gateway does not answer, or not in time, or a gateway has a peer that the worker does not know of. A candidate’s lease still ends by itself.',
  MODEL_UNREACHABLE: 'A model server does not answer.',
  MODEL_ANSWER_INVALID: 'A model server answers something that the spec’s protocol can’t read.',
  NOTIFICATION_FAILED: 'Whoever is to be told did not answer. It is tried again.',
  NOTIFICATION_REFUSED: 'Whoever is to be told has refused, and would again.',
  HOOK_FAILED: 'A hook did not answer. It is called again as often as its `retries` say.',
  HOOK_REFUSED: 'A hook has answered, and not as hooks do.',
  SCALING_FAILED: 'Who counts or starts replicas did not answer. It is tried again.',
  SCALING_REFUSED: 'Who starts replicas has refused: no right, or no such workload.',
  AUTH_UNAVAILABLE:
    'The issuer of tokens can’t be asked for its keys, and it had not told the key of this token before.',
  SECRET_UNUSABLE:
    'A variable that a spec names as `secretRef` is not set where the worker runs, or is no key. Its value is in no message.',
  DATASET_INVALID: 'A data set was read and is not as described. The message names row and column.',
  DATASET_UNREACHABLE: 'A data set, or the database behind a query, can’t be read.',
  ADDRESS_REFUSED: 'A URL of a spec leads to an address that is not public, and that this installation does not allow.',
  OBSERVATION_INVALID:
    'The collector refuses a batch of records: most likely gateway and api are of different versions.',
  STORE_SCHEMA: 'The tables of the store are newer than this program, or were changed by somebody else.',
  STORE_LOCKED: 'Another process has the embedded store open. It belongs to one at a time.',
  STORE_UNAVAILABLE: 'The store, or the api in front of it, does not answer. Traffic goes on with what gateways know.',
  TEMPORAL_UNAVAILABLE: 'Temporal does not answer. Traffic goes on; no rollout moves until it is back.',
  TEMPORAL_CLI_MISSING: 'No temporal binary was found for the dev server. The message lists where it was looked for.',
  PAYLOAD_UNREADABLE: 'A payload is encrypted with a key that this process does not have, or it was damaged.',
  NO_WORKER: 'Temporal has taken the request, and no worker has answered it within the deadline.',
  TIMEOUT: 'What was waited for has not come in time. Nothing was taken back: it may still come.',
};
