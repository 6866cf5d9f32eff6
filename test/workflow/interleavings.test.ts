import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import fc from 'fast-check';
import { Dock } from './interleavings/dock.js';
import { sail, type Voyage } from './interleavings/fleet.js';
import { describeProgram, type Program, program } from './interleavings/programs.js';

jest.setTimeout(600_000);

const seed = Number(process.env['SLUICE_INTERLEAVINGS_SEED'] ?? Date.now() % 2 ** 31);
/** Others each time, so that builds together see many; by hand more at once. */
const COUNT = Number(process.env['SLUICE_INTERLEAVINGS'] ?? 40);
/** On one worker at a time; other suites use the same server. */
const SIDE_BY_SIDE = 20;

let dock: Dock;
beforeAll(async () => {
  dock = await Dock.open();
});
afterAll(() => dock?.close());

test('a set-weight that comes after a rollback, in the same task or later, moves nothing', async () => {
  const request = (id: string) => ({ decisionId: id, actor: 'bob', reason: `[${id}]` });
  const raise = { ...request('d1'), weightPercent: 20 };
  const back = { name: 'rollback', via: 'signal', request: request('d0') } as const;
  const late = (via: 'signal' | 'update') => ({ name: 'set-weight', via, request: raise }) as const;
  const programs: Program[] = (['signal', 'update'] as const).map((via) => ({
    plan: 'gated',
    isTwin: true,
    rounds: [
      { down: [], live: [] },
      { down: [back, late(via)], live: [late(via)] },
    ],
  }));
  for (const voyage of await sail(dock, programs))
    expect(voyage).toMatchObject({ faults: [], end: 'rolled-back, owned by ml-platform: v1, 10, v1' });
});

/** For the report: what was sent, what is wrong with what came of it, and how to run it again. */
const reportOf = (voyage: Voyage, faults: readonly string[]) =>
  `${describeProgram(voyage.program)}\n  ended ${voyage.end}\n${faults.map((fault) => `  FAULT: ${fault}`).join('\n')}`;
const again = `run again with SLUICE_INTERLEAVINGS_SEED=${seed}`;

function twinFaults(voyages: readonly Voyage[]): string[] {
  const byProgram = new Map<Program, Voyage[]>();
  for (const voyage of voyages) byProgram.set(voyage.program, [...(byProgram.get(voyage.program) ?? []), voyage]);
  return [...byProgram.values()].flatMap(([one, other]) =>
    one && other && one.end !== other.end ? [reportOf(one, [`the same again ended ${other.end}`])] : [],
  );
}

test(`${COUNT} interleavings of commands, alerts and worker restarts (seed ${seed})`, async () => {
  const programs = fc.sample(program, { numRuns: COUNT, seed });
  const voyages: Voyage[] = [];
  for (let from = 0; from < COUNT; from += SIDE_BY_SIDE)
    voyages.push(...(await sail(dock, programs.slice(from, from + SIDE_BY_SIDE))));
  const faults = voyages.flatMap((voyage) => (voyage.faults.length > 0 ? [reportOf(voyage, voyage.faults)] : []));
  const different = twinFaults(voyages);
  const histories = voyages.map(({ history, workflowId }) => ({ history, workflowId }));
  const unreplayed = await dock.replay(histories);
  for (const voyage of voyages) {
    const fault = unreplayed.get(voyage.workflowId);
    if (fault !== undefined) faults.push(reportOf(voyage, [`does not replay: ${fault}`]));
  }
  const all = [...faults, ...different];
  if (all.length > 0) throw new Error([`${all.length} faults; ${again}`, ...all].join('\n\n'));
  expect(new Set(voyages.map(({ end }) => end.split(',')[0]))).toEqual(new Set(['promoted', 'aborted', 'rolled-back']));
});
