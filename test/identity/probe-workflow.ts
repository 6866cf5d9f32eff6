import { ApplicationFailure, condition, defineQuery, defineUpdate, setHandler } from '@temporalio/workflow';
import type { CommandRequest } from '../../src/domain/decision.js';
import type { Identity } from '../../src/domain/identity.js';
import {
  claimedIdentity,
  type ExpectedStatement,
  type Verification,
  verifyStatement,
} from '../../src/identity/verify-statement.js';
import { identityKeys } from '../../workflows/identity-keys.js';

export const knownKeysQuery = defineQuery<string[] | null>('knownKeys');
export const verifyQuery = defineQuery<Verification, [statement: string, expected: ExpectedStatement, times: number]>(
  'verify',
);
export const abortUpdate = defineUpdate<Identity | null, [CommandRequest]>('abort');

/** What the real workflow does with keys and statements, and no more. */
export async function probe(service: string): Promise<void> {
  let isDone = false;
  setHandler(knownKeysQuery, () => identityKeys()?.map(({ kid }) => kid) ?? null);
  setHandler(verifyQuery, (statement, expected, times) => {
    const verify = () => verifyStatement(identityKeys() ?? [], statement, expected);
    for (let i = 1; i < times; i++) verify();
    return verify();
  });
  setHandler(
    abortUpdate,
    ({ statement = '' }) => {
      isDone = true;
      return claimedIdentity(statement);
    },
    { validator: (request) => assertProven(service, request) },
  );
  await condition(() => isDone);
}

function assertProven(service: string, request: CommandRequest): void {
  const expected = { service, command: 'abort', jti: request.decisionId, content: request, nowMs: Date.now() } as const;
  const verified = verifyStatement(identityKeys() ?? [], request.statement, expected);
  if ('refused' in verified) throw ApplicationFailure.nonRetryable(verified.refused, 'UNAUTHORIZED');
}
