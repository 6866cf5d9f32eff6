import type { Client } from '@temporalio/client';
import { followGroup, readGroup, sendGroupCommand } from '../../client/group-commands.js';
import { loadGroup } from '../../client/load-group.js';
import { startGroup } from '../../client/start-group.js';
import type { GroupCommand, GroupState, GroupStatus } from '../../domain/group-state.js';
import { acting } from '../acting.js';
import { type MaybeDry, printDryRun } from '../dry-run.js';
import { renderGroup } from '../render-group.js';
import { withTemporal } from '../with-temporal.js';

export interface FollowOptions {
  readonly timeout: number;
  readonly output: string;
}

export interface StartGroupOptions extends FollowOptions, MaybeDry {
  readonly actor?: string;
  readonly wait?: boolean;
}

export async function start(file: string, options: StartGroupOptions): Promise<void> {
  const group = await loadGroup(file);
  const { actor, signer } = await acting(options.actor);
  if (options.dryRun === true)
    return printDryRun(
      `start the group ${group.spec.name}, ${group.members.flat().length} rollouts in ${group.members.length} waves`,
      { startedBy: actor, isSigned: signer !== null, spec: group.spec },
      options.output,
    );
  await withTemporal(async ({ client }) => {
    const started = await startGroup(client, group, actor, { signer });
    if (options.output === 'table') process.stdout.write(`started ${started.groupId}\n`);
    else if (!options.wait) process.stdout.write(`${JSON.stringify(started)}\n`);
    if (options.wait) await follow(client, group.spec.name, options);
  });
}

/** Prints the view; the exit code says where the group stands. */
export async function get(name: string, options: FollowOptions & { readonly watch?: boolean }): Promise<void> {
  await withTemporal(async ({ client }) => {
    if (options.watch) return follow(client, name, options);
    const state = await readGroup(client, name);
    process.stdout.write(`${options.output === 'json' ? JSON.stringify(state) : renderGroup(state)}\n`);
    process.exitCode = exitCodeOf(state.status);
  });
}

export interface DecideGroupOptions extends MaybeDry {
  readonly actor?: string;
  readonly reason: string;
  readonly decisionId?: string;
  readonly output: string;
}

export async function decide(name: string, command: GroupCommand, options: DecideGroupOptions): Promise<void> {
  const { reason, decisionId, output } = options;
  const { actor, signer } = await acting(options.actor);
  if (options.dryRun === true)
    return printDryRun(
      `tell the group ${name}: ${command}`,
      { command, actor, isSigned: signer !== null, reason, decisionId },
      output,
    );
  const state = await withTemporal(({ client }) =>
    sendGroupCommand(client, name, command, { actor, reason, decisionId }, signer),
  );
  const words = `${command} accepted: ${state.groupId} in wave ${state.wave}`;
  process.stdout.write(`${output === 'json' ? JSON.stringify(state) : words}\n`);
}

/** Follows a group to its end: the tree at each change, JSON lines with `-o json`. */
async function follow(client: Client, name: string, { timeout, output }: FollowOptions): Promise<void> {
  const onChange = (state: GroupState) =>
    void process.stdout.write(`${output === 'json' ? JSON.stringify(state) : renderGroup(state)}\n`);
  const { status } = await followGroup(client, name, { timeoutMs: timeout, onChange });
  process.exitCode = exitCodeOf(status);
}

function exitCodeOf(status: GroupStatus): number {
  switch (status) {
    case 'promoted':
    case 'progressing':
      return 0;
    case 'partial':
    case 'failed':
    case 'aborted':
      return 3;
    case 'waiting':
      return 5;
  }
}
