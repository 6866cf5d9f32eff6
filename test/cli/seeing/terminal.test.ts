import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { COMMAND } from '../../setup/built.js';
import { findProgram } from '../../setup/program.js';
import { stateInBake } from './example-rollout.js';
import { StoreApi } from './store-api.js';
import { Terminal } from './terminal.js';

const tmux = findProgram('tmux', undefined, 'apt-get install tmux');
/** How each is started without the user's own settings, and what it is told first. */
const SHELLS = {
  bash: { args: ['--norc', '--noprofile'], setUp: ['PS1="$ "', 'source <(sluice completion bash)'] },
  zsh: { args: ['-f'], setUp: ['PS1="$ "', 'autoload -U compinit && compinit -D', 'source <(sluice completion zsh)'] },
  fish: {
    args: ['--no-config'],
    setUp: [
      "function fish_prompt; echo '$ '; end",
      'set -g fish_autosuggestion_enabled 0',
      'sluice completion fish | source',
    ],
  },
} as const;

let api: StoreApi;
let [folder, env] = ['', {} as Record<string, string>];
beforeAll(async () => {
  api = await StoreApi.open();
  folder = await mkdtemp(join(tmpdir(), 'sluice-terminal-'));
  const words = COMMAND.map((word) => `'${word}'`).join(' ');
  await writeFile(join(folder, 'sluice'), `#!/bin/sh\nexec ${words} "$@"\n`, { mode: 0o755 });
  await writeFile(join(folder, 'canary.yaml'), '');
  env = {
    PATH: `${folder}:${process.env['PATH'] ?? ''}`,
    TEMPORAL_ADDRESS: '127.0.0.1:9',
    SLUICE_API: api.url,
    XDG_CACHE_HOME: folder,
    HOME: folder,
    NODE_OPTIONS: '',
  };
  const running = { ...stateInBake(), updatedAt: new Date().toISOString() };
  api.save({
    ...running,
    rolloutId: 'digits-77',
    waiting: {
      kind: 'bake',
      since: running.startedAt,
      until: new Date(Date.now() + 600_000).toISOString(),
      note: 'canary 25 %',
    },
  });
  // What a shell would run, if it were ever offered.
  api.save({ ...running, rolloutId: 'evil', service: 'dig$(touch${IFS}owned)' });
});
afterAll(async () => {
  await api.close();
  await rm(folder, { recursive: true, force: true });
});

const withTmux = tmux === null ? describe.skip : describe;
withTmux('completion, as a person presses Tab', () => {
  test.each(['bash', 'zsh', 'fish'] as const)('%s: commands, services, rollouts, values and files', async (shell) => {
    const path = findProgram(shell, undefined, `apt-get install ${shell}`);
    if (path === null) return;
    const { args, setUp } = SHELLS[shell];
    const terminal = await Terminal.open(tmux ?? '', [path, ...args], env);
    try {
      for (const line of setUp) await terminal.press(line, 'Enter');
      await terminal.press(`cd ${folder}`, 'Enter', 'echo ready', 'Enter');
      await terminal.until(/^ready$/m);
      const cases = [
        ['sluice comp', /sluice completion\s*$/m],
        ['sluice explain dig', /sluice explain digits\s*$/m],
        ['sluice history digits-', /sluice history digits-77\s*$/m],
        ['sluice get digits -o y', /sluice get digits -o yaml\s*$/m],
        ['sluice lint can', /sluice lint canary\.yaml\s*$/m],
        ['sluice list --status pro', /progressing[^]*promoted/],
      ] as const;
      for (const [typed, expected] of cases) {
        // What is typed before there is a prompt again is lost.
        await terminal.until(/^\$$/m);
        await terminal.press(typed, 'Tab');
        // The second one shows what there is to choose from.
        if (typed.endsWith(' pro')) await terminal.press('Tab');
        await terminal.until(expected);
        await terminal.press('C-c');
      }
    } finally {
      await terminal.close();
    }
  });
});

withTmux('watching on a terminal', () => {
  test('is drawn anew, counts down, follows a change, and leaves the terminal as it was', async () => {
    const terminal = await Terminal.open(tmux ?? '', ['bash', '--norc', '--noprofile'], { ...env, PS1: '$ ' });
    try {
      await terminal.press('echo EARLIER', 'Enter', 'sluice get digits --watch; echo "code $?"', 'Enter');
      const first = await terminal.until(/├─◐ {2}25 % .* left/);
      expect(first).toMatch(/^! no Temporal server at/);
      expect(first).not.toContain('EARLIER');
      const left = (text: string) => /waits {4}bake (\S+) left/.exec(text)?.[1];
      await terminal.until(new RegExp(`waits {4}bake (?!${left(first)} )`));
      const state = api.states.get('digits-77') ?? stateInBake();
      api.save({ ...state, revision: 13, weightPercent: 50, step: 3 });
      await terminal.until(/weight {3}50 %/);
      api.save({ ...state, revision: 14, status: 'aborted', waiting: null, reason: 'enough' });
      const last = await terminal.until(/^code 3$/m);
      expect(last).toMatch(/echo EARLIER\nEARLIER\n[^]*✖ aborted[^]*because {2}enough/);
    } finally {
      await terminal.close();
    }
  });

  test('Ctrl-C ends it, with the terminal as it was', async () => {
    const state = api.states.get('digits-77') ?? stateInBake();
    api.save({ ...state, revision: 15, status: 'progressing' });
    const terminal = await Terminal.open(tmux ?? '', ['bash', '--norc', '--noprofile'], { ...env, PS1: '$ ' });
    try {
      await terminal.press('sluice list --watch', 'Enter');
      await terminal.until(/^SERVICE +VERSIONS/m);
      await terminal.press('C-c');
      await terminal.press('echo "code $?"', 'Enter');
      expect(await terminal.until(/^code 130$/m)).not.toContain('VERSIONS');
    } finally {
      await terminal.close();
    }
  });
});
