import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** In `MLSERVER`: make an environment rather than use one. */
export const INSTALL = 'install';

/**
 * A Python environment with MLServer in it: the one given, or a new one in a folder (about a minute and half a gigabyte).
 * @param given folder of a venv, or `install`
 * @returns the folder with its programs
 */
export async function pythonWithMlServer(
  given: string,
  folder: string,
  report: (line: string) => void,
): Promise<string> {
  if (given !== INSTALL) {
    const bin = join(given, 'bin');
    if (!existsSync(join(bin, 'mlserver'))) throw new Error(`${given} is no Python environment with mlserver in it`);
    return bin;
  }
  const venv = join(folder, 'venv');
  report('installing MLServer and scikit-learn: a minute or more');
  await run('python3', ['-m', 'venv', venv]);
  const requirements = new URL('./requirements.txt', import.meta.url).pathname;
  await run(join(venv, 'bin', 'pip'), ['install', '--quiet', '--disable-pip-version-check', '-r', requirements]);
  return join(venv, 'bin');
}

/** Runs a program to its end. @returns what it printed @throws {Error} with what it complained of */
export async function run(command: string, args: readonly string[]): Promise<string> {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const said = { out: '', err: '' };
  child.stdout.on('data', (part: Buffer) => {
    said.out += part.toString();
  });
  child.stderr.on('data', (part: Buffer) => {
    said.err = `${said.err}${part.toString()}`.slice(-4000);
  });
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with code ${code}: ${said.err}`);
  return said.out;
}
