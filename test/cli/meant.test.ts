import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { COMMAND } from '../setup/built.js';
import { findProgram } from '../setup/program.js';
import { sluice } from '../setup/sluice.js';
import { Terminal } from './seeing/terminal.js';

const tmux = findProgram('tmux', process.env['TMUX_PATH'], 'apt-get install tmux');
/** Nothing listens there: whatever is sent fails at once. */
const NOWHERE = {
  SLUICE_API: 'http://127.0.0.1:9',
  TEMPORAL_ADDRESS: '127.0.0.1:9',
  SLUICE_PREDICTION_KEY: 'ab'.repeat(32),
  USER: 'ann',
};
const FOR_GOOD = [
  ['feedback', 'prune', '--older-than', '180d'],
  ['feedback', 'forget', '--unit', 'user-4711'],
  ['logs', 'prune'],
  ['monitor', 'delete', 'digits', 'deps'],
] as const;

test.each(FOR_GOOD)('%s %s: a script is not asked', async (...args) => {
  const { code, stderr } = await sluice(NOWHERE, ...args);
  expect([code, stderr]).toEqual([1, expect.stringMatching(/\((STORE|TEMPORAL)_UNAVAILABLE\)/)]);
});

(tmux === null ? describe.skip : describe)('in a terminal, what can’t be taken back is asked about', () => {
  let terminal: Terminal;
  beforeAll(async () => {
    const env = { ...NOWHERE, PATH: process.env['PATH'] ?? '', TERM: 'xterm-256color', NODE_OPTIONS: '', PS1: '$ ' };
    terminal = await Terminal.open(tmux as string, ['bash', '--norc', '--noprofile'], env);
  });
  afterAll(() => terminal.close());

  let typed = 0;
  /** @returns what the last line will look like: what stands on the screen still is not taken for it */
  async function type(args: readonly string[]): Promise<RegExp> {
    const words = [...COMMAND, ...args].map((word) => `'${word}'`).join(' ');
    typed += 1;
    await terminal.press(`clear; ${words}; echo "${typed}. code $?"`, 'Enter');
    return new RegExp(`^${typed}\\. code \\d+$`, 'm');
  }

  test.each(FOR_GOOD)('%s %s', async (...args) => {
    const end = await type(args);
    await terminal.until(/\? .* Go on\?[^]*❯ no/);
    await terminal.press('Enter');
    expect(await terminal.until(end)).toMatch(/nothing was done[^]*^\d+\. code 2$/m);
    const again = await type([...args, '--yes']);
    expect(await terminal.until(again)).toMatch(/_UNAVAILABLE[^]*^\d+\. code 1$/m);
  });

  test('broken off, it ends as interrupted', async () => {
    const end = await type(['promote', 'digits', '--full']);
    await terminal.until(/❯ no/);
    await terminal.press('C-c');
    expect(await terminal.until(end)).toMatch(/broken off: nothing was done\n\d+\. code 130$/m);
  });
});
