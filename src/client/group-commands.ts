import { randomUUID } from 'node:crypto';
import type { Client } from '@temporalio/client';
import type { rolloutGroup } from '../../workflows/index.js';
import type { CommandRequest } from '../domain/decision.js';
import { SluiceError } from '../domain/errors.js';
import { type GroupCommand, type GroupState, groupHasEnded } from '../domain/group-state.js';
import { type Signer, signCommand } from '../identity/signer.js';
import { explainRefusal } from './explain-refusal.js';
import { isPassing } from './passing.js';
import { ANSWER_TIMEOUT_MS, updateInTime } from './update.js';
import { groupWorkflowIdOf } from './workflow-ids.js';

/**
 * Asks a running group for something and hears yes or no.
 * @param asked the same decision id again is the same decision
 * @param signer proves who asks; null: the actor is as given
 * @returns the group's view right after it accepted
 * @throws {SluiceError} COMMAND_REFUSED naming the wave; UNAUTHORIZED; NOT_FOUND when no such group runs; NO_WORKER
 */
export async function sendGroupCommand(
  client: Client,
  name: string,
  command: GroupCommand,
  asked: { readonly actor: string; readonly reason: string; readonly decisionId?: string | undefined },
  signer: Signer | null = null,
): Promise<GroupState> {
  const actor = signer?.identity.subject ?? asked.actor;
  if (actor !== asked.actor)
    throw new SluiceError('USAGE', `the actor is ${asked.actor}, and the identity that signs is ${actor}`);
  const request = { actor, reason: asked.reason, decisionId: asked.decisionId ?? randomUUID() };
  const proof = signer === null ? {} : { statement: await signCommand(signer, `group/${name}`, command, request) };
  const handle = client.workflow.getHandle(groupWorkflowIdOf(name));
  try {
    return await updateInTime(client, () =>
      handle.executeUpdate<GroupState, [CommandRequest]>(command, {
        args: [{ ...request, ...proof }],
        updateId: request.decisionId,
      }),
    );
  } catch (error) {
    throw explainRefusal(error, `no group ${name} is running`);
  }
}

/** The newest group of a name. @throws {SluiceError} NOT_FOUND | NO_WORKER */
export async function readGroup(client: Client, name: string): Promise<GroupState> {
  const handle = client.workflow.getHandle<typeof rolloutGroup>(groupWorkflowIdOf(name));
  try {
    return await client.withDeadline(Date.now() + ANSWER_TIMEOUT_MS, async () => {
      const { status } = await handle.describe();
      // An ended workflow's result needs no worker.
      return status.name === 'COMPLETED' ? await handle.result() : await handle.query<GroupState>('state');
    });
  } catch (error) {
    throw explainRefusal(error, `no group ${name} was ever started`);
  }
}

/**
 * Follows a group, calling `onChange` for each new revision, until it ends. Once it was seen, that nobody answers for a while is waited for.
 * @throws {SluiceError} TIMEOUT after `timeoutMs`; what the first look threw
 */
export async function followGroup(
  client: Client,
  name: string,
  {
    timeoutMs,
    intervalMs = 1000,
    onChange,
  }: { timeoutMs: number; intervalMs?: number; onChange: (state: GroupState) => void },
): Promise<GroupState> {
  const deadline = performance.now() + timeoutMs;
  let seen = '';
  let state = await readGroup(client, name);
  for (;;) {
    const version = `${state.groupId}/${state.revision}`;
    if (version !== seen) onChange(state);
    seen = version;
    if (groupHasEnded(state.status)) return state;
    if (performance.now() > deadline)
      throw new SluiceError(
        'TIMEOUT',
        `${state.groupId} is still ${state.status} in wave ${state.wave} after ${timeoutMs} ms`,
      );
    await new Promise((resolve) => setTimeout(resolve, intervalMs));
    state = await readGroup(client, name).catch((error: unknown) => {
      if (!isPassing(error)) throw error;
      return state;
    });
  }
}
