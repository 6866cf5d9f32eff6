import { access, constants, stat } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { describeError, SluiceError } from '../domain/errors.js';
import { cacheFolder } from '../process/cache-folder.js';
import { download, goInstall, type Maker, TEMPORAL_CLI_VERSION } from './cli-makers.js';

/** Where a downloaded or built CLI is kept between runs. */
export function cliCacheFolder(env: NodeJS.ProcessEnv = process.env): string {
  return join(cacheFolder(env), `temporal-${TEMPORAL_CLI_VERSION}`);
}

/**
 * Finds the Temporal CLI, or makes one: `TEMPORAL_CLI_PATH`, PATH, our cache folder, the SDK's own download, `go install`.
 * @param report is told what takes long
 * @returns the path of an executable
 * @throws {SluiceError} TEMPORAL_CLI_MISSING that says what was tried and what to do
 */
export async function findTemporalCli(
  report: (line: string) => void,
  env: NodeJS.ProcessEnv = process.env,
  makers: readonly Maker[] = [download, goInstall],
): Promise<string> {
  const named = env['TEMPORAL_CLI_PATH'];
  if (named !== undefined && named !== '') {
    if (await isExecutable(named)) return named;
    throw missing([`TEMPORAL_CLI_PATH=${named}: no executable file is there`]);
  }
  const folder = cliCacheFolder(env);
  const executable = process.platform === 'win32' ? 'temporal.exe' : 'temporal';
  const onPath = (env['PATH'] ?? '').split(delimiter).filter((entry) => entry !== '');
  for (const place of [...onPath, folder].map((entry) => join(entry, executable)))
    if (await isExecutable(place)) return place;

  const tried = ['TEMPORAL_CLI_PATH: not set', `PATH: no ${executable}`, `cache folder ${folder}: empty`];
  for (const { name, make } of makers) {
    try {
      report(`Temporal CLI not found; trying ${name}`);
      return await make(folder, executable, report);
    } catch (error) {
      tried.push(`${name}: ${inOneLine(describeError(error))}`);
    }
  }
  throw missing(tried);
}

/** What was run, and the last that it said. */
function inOneLine(text: string): string {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return [...new Set([lines[0], lines.at(-1)])].join(': ');
}

function missing(tried: readonly string[]): SluiceError {
  return new SluiceError(
    'TEMPORAL_CLI_MISSING',
    [
      'no Temporal CLI. Tried:',
      ...tried.map((line) => `  - ${line}`),
      'Install it (https://docs.temporal.io/cli), or install Go, or point TEMPORAL_CLI_PATH at it,',
      'or set TEMPORAL_ADDRESS to use a Temporal server that runs already.',
    ].join('\n'),
  );
}

async function isExecutable(path: string): Promise<boolean> {
  const file = await stat(path).catch(() => null);
  if (file?.isFile() !== true) return false; // a folder may be "executable" as well
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}
