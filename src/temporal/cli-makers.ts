import { execFile } from 'node:child_process';
import { mkdir, readdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Later versions carry a replace directive and can't be installed with `go install`. */
export const TEMPORAL_CLI_VERSION = 'v1.5.1';
const MODULE = `github.com/temporalio/cli/cmd/temporal@${TEMPORAL_CLI_VERSION}`;
const BUILD_TIMEOUT_MS = 20 * 60_000;

/** A way to come by the Temporal CLI; `make` returns its path, or throws. */
export interface Maker {
  readonly name: string;
  readonly make: (folder: string, executable: string, report: (line: string) => void) => Promise<string>;
}

/** The SDK has no call that only downloads: it starts a server of the downloaded CLI, which we end at once. */
export const download: Maker = {
  name: "the SDK's download",
  make: async (folder, executable) => {
    await mkdir(folder, { recursive: true });
    const { TestWorkflowEnvironment } = await import('@temporalio/testing');
    const environment = await TestWorkflowEnvironment.createLocal({
      server: { executable: { type: 'cached-download', downloadDir: folder, version: TEMPORAL_CLI_VERSION } },
    });
    await environment.teardown();
    const found = (await readdir(folder)).find((name) => name.startsWith('temporal'));
    if (found === undefined) throw new Error(`nothing was downloaded into ${folder}`);
    await rename(join(folder, found), join(folder, executable));
    return join(folder, executable);
  },
};

export const goInstall: Maker = {
  name: `go install ${MODULE}`,
  make: async (folder, executable, report) => {
    await run('go', ['version']);
    report('building it from source, once: about three minutes on two cores');
    await mkdir(folder, { recursive: true });
    // The compiler collects its garbage more rarely (up to 1.6 GB for one package); no C compiler; no tables for debuggers.
    const env = { GOGC: '400', ...process.env, CGO_ENABLED: '0', GOBIN: folder, GOFLAGS: '' };
    await run('go', ['install', '-ldflags=-s -w', '-gcflags=all=-dwarf=false', MODULE], {
      env,
      timeout: BUILD_TIMEOUT_MS,
    });
    return join(folder, executable);
  },
};
