import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { rolloutSpec } from '../../src/domain/spec/rollout-spec.js';
import { readDocument } from '../../src/yaml/read-document.js';
import { Terminal } from '../cli/seeing/terminal.js';
import { COMMAND } from '../setup/built.js';
import { findProgram } from '../setup/program.js';

const DOWN = '\u001b[B';
const tmux = findProgram('tmux', process.env['TMUX_PATH'], 'apt-get install tmux');
const opened: Terminal[] = [];
afterAll(() => Promise.all(opened.map((terminal) => terminal.close())));

async function open(path: string, ...args: readonly string[]): Promise<Terminal> {
  const command = [...COMMAND, 'init', ...args];
  const terminal = await Terminal.open(path, ['sh', '-c', '"$@"; echo "ended with $?"; sleep 600', 'sh', ...command], {
    PATH: process.env['PATH'] ?? '',
    TERM: 'xterm-256color',
    USER: 'ann',
    NODE_OPTIONS: '',
  });
  opened.push(terminal);
  return terminal;
}

(tmux === null ? test.skip : test)(
  'in a terminal init asks for what flags leave out, and writes what it has checked',
  async () => {
    const out = join(mkdtempSync(join(tmpdir(), 'sluice-asking-')), 'rollout.yaml');
    const terminal = await open(tmux as string, '--candidate', 'v2@http://127.0.0.1:8120', '--out', out);
    await terminal.until(/\? the service/);
    await terminal.press('Digits', 'Enter');
    // A wrong answer is said at once, and may be mended.
    await terminal.until(/"Digits": expected 1 to 63 lower-case letters/);
    await terminal.press('\u007f'.repeat(6), 'digits', 'Enter');
    await terminal.until(/\? who answers for it \(ann\)/);
    await terminal.press('Enter');
    await terminal.until(/\? the version that serves now/);
    await terminal.press('v1@http://127.0.0.1:8110', 'Enter');
    // The candidate was given.
    await terminal.until(/❯ open-inference/);
    await terminal.press('Enter');
    await terminal.until(/❯ canary/);
    await terminal.press(DOWN);
    await terminal.until(/❯ ab/);
    await terminal.press('Enter');
    await terminal.until(/\? what decides the A\/B evaluation/);
    await terminal.press('Enter');
    await terminal.until(/\? who may approve/);
    await terminal.press('role:release', 'Enter');
    await terminal.until(/\? held-out data/);
    await terminal.press('Enter');
    await terminal.until(/wrote .*; next: sluice plan [^]*ended with 0/);
    const spec = readDocument(readFileSync(out, 'utf8'), rolloutSpec, out);
    expect(spec).toMatchObject({ owner: 'ann', phases: { abTest: { primary: 'conversion' } } });
    expect(JSON.stringify(spec)).toContain('"approvers":["role:release"]');
  },
  120_000,
);

(tmux === null ? test.skip : test)(
  'broken off, it writes nothing',
  async () => {
    const terminal = await open(tmux as string, 'gateway');
    await terminal.until(/\? the service/);
    await terminal.press('C-c');
    const screen = await terminal.until(/ended with \d+/);
    expect(screen).toMatch(/broken off: nothing was done/);
    expect(screen).toMatch(/ended with 130/);
  },
  120_000,
);
