import { execFile } from 'node:child_process';
import { access, constants, mkdir, readdir, rename } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { describeError, SluiceError } from '../domain/errors.js';

const run = promisify(execFile);

/** Later versions carry a replace directive and can't be installed with `go install`. */
export const TEMPORAL_CLI_VERSION = 'v1.5.1';
const MODULE = `github.com/temporalio/cli/cmd/temporal@${TEMPORAL_CLI_VERSION}`;
const BUILD_TIMEOUT_MS = 20 * 60_000;

/** Where a downloaded or built CLI is kept between runs. */
export function cliCacheFolder(env: NodeJS.ProcessEnv = process.env): string {
  return join(env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'sluice', `temporal-${TEMPORAL_CLI_VERSION}`);
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
  for (const [name, make] of [
    ["the SDK's download", download],
    [`go install ${MODULE}`, goInstall],
  ] as const) {
    try {
      report(`Temporal CLI not found; trying ${name}`);
      return await make(folder, executable, report);
    } catch (error) {
      tried.push(`${name}: ${describeError(error).split('\n')[0]}`);
    }
  }
  throw missing(tried);
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
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

/** The SDK has no call that only downloads: it starts a server of the downloaded CLI, which we end at once. */
async function download(folder: string, executable: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  const environment = await TestWorkflowEnvironment.createLocal({
    server: { executable: { type: 'cached-download', downloadDir: folder, version: TEMPORAL_CLI_VERSION } },
  });
  await environment.teardown();
  const found = (await readdir(folder)).find((name) => name.startsWith('temporal'));
  if (found === undefined) throw new Error(`nothing was downloaded into ${folder}`);
  await rename(join(folder, found), join(folder, executable));
  return join(folder, executable);
}

async function goInstall(folder: string, executable: string, report: (line: string) => void): Promise<string> {
  await run('go', ['version']);
  report('building it from source, once: about three minutes on two cores');
  await mkdir(folder, { recursive: true });
  await run('go', ['install', MODULE], {
    env: { ...process.env, GOBIN: folder, GOFLAGS: '' },
    timeout: BUILD_TIMEOUT_MS,
  });
  return join(folder, executable);
}
