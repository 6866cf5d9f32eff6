import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A real terminal: a pane of a tmux of its own. */
export class Terminal {
  private readonly tmux: string;
  private readonly socket = `sluice-${randomUUID()}`;

  private constructor(tmux: string) {
    this.tmux = tmux;
  }

  /** @param command what runs in it, with its arguments */
  static async open(
    tmux: string,
    command: readonly string[],
    env: Readonly<Record<string, string>>,
  ): Promise<Terminal> {
    const terminal = new Terminal(tmux);
    // Not with -e: tmux starts what it is given with a PATH of its own.
    const settings = Object.entries(env).map(([name, value]) => `${name}=${value}`);
    const size = ['-x', '120', '-y', '40'];
    await terminal.ask('-f', '/dev/null', 'new-session', '-d', ...size, 'env', ...settings, ...command);
    return terminal;
  }

  /** Keys by tmux's names (`Tab`, `Enter`, `C-c`), anything else as it is typed. */
  async press(...keys: readonly string[]): Promise<void> {
    for (const key of keys) {
      const isNamed = /^(Tab|Enter|C-[a-z])$/.test(key);
      await this.ask('send-keys', ...(isNamed ? [key] : ['-l', key]));
    }
  }

  async screen(): Promise<string> {
    return (await this.ask('capture-pane', '-p')).replaceAll(/\s+$/gm, '\n').trimEnd();
  }

  /** @throws with what stands there instead, when the text does not come */
  async until(text: RegExp, patienceMs = 60_000): Promise<string> {
    const deadline = performance.now() + patienceMs;
    for (;;) {
      const screen = await this.screen();
      if (text.test(screen)) return screen;
      if (performance.now() > deadline) throw new Error(`${text} never came:\n${screen}`);
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }

  async close(): Promise<void> {
    await this.ask('kill-server').catch(() => '');
  }

  private async ask(...args: readonly string[]): Promise<string> {
    const { stdout } = await run(this.tmux, ['-L', this.socket, ...args], { timeout: 10_000 });
    return stdout;
  }
}
