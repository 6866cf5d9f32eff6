import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Client } from '@temporalio/client';
import axios from 'axios';
import logUpdate from 'log-update';
import { renderState } from '../../src/cli/render-state.js';
import { followRollout, readImpact, readState } from '../../src/client/read-state.js';
import { historyUrl, workflowIdOf } from '../../src/client/workflow-ids.js';
import type { Stack } from '../../src/dev/stack.js';
import { isAsking } from '../../src/domain/commands.js';
import type { Decision } from '../../src/domain/decision.js';
import type { ImpactState } from '../../src/domain/impact-state.js';
import type { RolloutState } from '../../src/domain/rollout-state.js';
import { nodeCommand } from '../../src/process/child-process.js';

const IMPACT_MS = 120_000;

export interface DemoContext {
  readonly client: Client;
  readonly namespace: string;
  readonly stack: Stack;
  readonly env: Readonly<Record<string, string>>;
}

export function say(line: string): void {
  console.log(`\n▸ ${line}`);
}

/** Runs one of the user's scripts as the user would, and shows what it prints. */
export async function runScript({ env }: DemoContext, script: string, args: readonly string[]): Promise<void> {
  console.log(`\n$ npx tsx ${script} ${args.map((arg) => (/\s/.test(arg) ? JSON.stringify(arg) : arg)).join(' ')}`);
  const command = [...nodeCommand(new URL(`../../${script}`, import.meta.url)), ...args];
  const child = spawn(process.execPath, command, { env: { ...process.env, ...env }, stdio: 'inherit' });
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`${script} ended with code ${code}`);
}

/** Follows a rollout to its end as a live tree (a line a change where the output is no terminal). */
export async function watchRollout(
  context: DemoContext,
  service: string,
  onAsking: () => Promise<unknown>,
): Promise<RolloutState> {
  const live = process.stdout.isTTY === true;
  let answering: Promise<unknown> | undefined;
  let last = '';
  const onChange = (state: RolloutState) => {
    if (live) logUpdate(fitted(renderState(state, null)));
    else last = printLine(state, last);
    if (!isAsking(state) || answering !== undefined) return;
    if (live) logUpdate.done();
    answering = onAsking();
    answering.catch(() => undefined);
  };
  const ended = await followRollout(context.client, service, context.stack.apiUrl, {
    timeoutMs: 240_000,
    intervalMs: 250,
    onChange,
  });
  if (live) logUpdate.done();
  await answering;
  return ended;
}

/** What the impact analysis has found, at its end. */
export async function untilImpact({ client }: DemoContext, state: RolloutState): Promise<ImpactState> {
  const deadline = performance.now() + IMPACT_MS;
  for (;;) {
    const impact = await readImpact(client, state);
    if (impact !== null && impact.status !== 'observing') return impact;
    if (performance.now() > deadline)
      throw new Error(`the impact analysis of ${state.rolloutId} did not end within ${IMPACT_MS} ms`);
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

/** A line that wraps would be two for the terminal and one for us. */
function fitted(text: string): string {
  const width = (process.stdout.columns ?? 80) - 1;
  const fit = (line: string) => (line.length <= width ? line : `${line.slice(0, width - 1)}…`);
  return text.split('\n').map(fit).join('\n');
}

function printLine(state: RolloutState, last: string): string {
  const line = `  ${state.phase.padEnd(10)} ${state.status.padEnd(11)} weight ${String(state.weightPercent).padStart(3)} %  ${state.verdict.padEnd(12)} ${state.waiting?.note ?? state.reason}`;
  if (line !== last) console.log(line);
  return line;
}

export async function printEnding({ client, namespace, stack }: DemoContext, state: RolloutState): Promise<void> {
  // On a terminal the live tree has stayed as it ended.
  if (!process.stdout.isTTY) console.log(`\n${renderState(state, null)}`);
  const { runId } = await readState(client, state.service, stack.apiUrl);
  const ui = stack.temporal.uiUrl;
  if (ui !== null && runId !== null)
    say(`its history: ${historyUrl(ui, namespace, workflowIdOf(state.service), runId)}`);
}

export async function printLedger({ stack }: DemoContext, { rolloutId }: RolloutState): Promise<void> {
  const { data } = await axios.get<{ decisions: Decision[] }>(`${stack.apiUrl}/v1/rollouts/${rolloutId}/decisions`, {
    proxy: false,
  });
  console.log(`\n  ${rolloutId}`);
  for (const { at, action, actor, source, weightPercent, reason } of data.decisions)
    console.log(
      `  ${at}  ${action.padEnd(10)} ${`${actor} (${source})`.padEnd(18)} ${String(weightPercent).padStart(3)} %  ${reason}`,
    );
}
