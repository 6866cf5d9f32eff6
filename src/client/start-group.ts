import { type Client, WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import type { GroupInput } from '../../workflows/group/input.js';
import type { rolloutGroup } from '../../workflows/index.js';
import { SluiceError } from '../domain/errors.js';
import type { Signer } from '../identity/signer.js';
import type { LoadedGroup } from './load-group.js';
import { newId, newStart } from './new-start.js';
import { groupWorkflowIdOf, TASK_QUEUE } from './workflow-ids.js';

export interface StartedGroup {
  readonly groupId: string;
  readonly workflowId: string;
  readonly runId: string;
}

/** Characters as JSON: a payload may have 2 MB. */
const LARGEST_GROUP = 1_500_000;

/**
 * Starts a group of rollouts. One of a name is active at a time.
 * @throws {SluiceError} ROLLOUT_CONFLICT naming the one that runs; SPEC_INVALID where all specs together are too large
 */
export async function startGroup(
  client: Client,
  group: LoadedGroup,
  startedBy: string,
  { signer = null, taskQueue = TASK_QUEUE }: { signer?: Signer | null; taskQueue?: string } = {},
): Promise<StartedGroup> {
  const input = await inputOf(group, startedBy, signer);
  const { name, groupId, owner } = input;
  const workflowId = groupWorkflowIdOf(name);
  try {
    const handle = await client.workflow.start<typeof rolloutGroup>('rolloutGroup', {
      workflowId,
      taskQueue,
      args: [input],
      workflowIdConflictPolicy: 'FAIL',
      memo: { groupId, startedBy },
      staticSummary: `group ${name}`,
      staticDetails: `Group \`${groupId}\`, owned by ${owner}, started by ${startedBy}.`,
    });
    return { groupId, workflowId, runId: handle.firstExecutionRunId };
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    const { memo = {} } = await client.workflow.getHandle(workflowId).describe();
    throw new SluiceError(
      'ROLLOUT_CONFLICT',
      `group ${name} is running: ${String(memo['groupId'])}, started by ${String(memo['startedBy'])}`,
    );
  }
}

/** Each rollout gets an id and, where somebody signs, a proof of its own. */
async function inputOf({ spec, members }: LoadedGroup, startedBy: string, signer: Signer | null): Promise<GroupInput> {
  const { name, owner, onFailure, maxParallel } = spec;
  const waves = await Promise.all(
    spec.waves.map(async ({ name: wave, barrier, pause }, index) => ({
      name: wave,
      barrier,
      ...(pause === undefined ? {} : { pause }),
      members: await Promise.all((members[index] ?? []).map((member) => newStart(member, startedBy, signer))),
    })),
  );
  const input = { groupId: newId(name), name, owner, onFailure, maxParallel, startedBy, waves };
  const length = JSON.stringify(input).length;
  if (length > LARGEST_GROUP)
    throw new SluiceError(
      'SPEC_INVALID',
      `group ${name} has ${length} characters with all specs, at most ${LARGEST_GROUP} are taken`,
    );
  return input;
}
