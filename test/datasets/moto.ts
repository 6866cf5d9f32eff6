import { execFile, spawn } from 'node:child_process';
import { access, mkdir } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const MOTO = 'moto[s3,server]==5.1.22';
const run = promisify(execFile);

export interface Moto {
  readonly url: string;
  stop(): void;
}

/** An S3-compatible server (moto), in a virtual environment that is kept in the temporary folder. null, and a loud line, where it can not be had. */
export async function startMoto(): Promise<Moto | null> {
  try {
    const folder = join(tmpdir(), `sluice-${MOTO.replace(/[^\w.]+/g, '-')}`);
    const program = await installed(folder);
    const port = await freePort();
    const child = spawn(program, ['-H', '127.0.0.1', '-p', String(port)], { stdio: 'ignore' });
    const url = `http://127.0.0.1:${port}`;
    await untilUp(url);
    return { url, stop: () => child.kill() };
  } catch (error) {
    process.stderr.write(`\nSKIPPED: the tests of s3:// need python3 with pip and ${MOTO}: ${String(error)}\n\n`);
    return null;
  }
}

async function installed(folder: string): Promise<string> {
  const program = join(folder, 'bin/moto_server');
  const marker = join(folder, 'installed');
  try {
    await access(marker);
  } catch {
    await run('python3', ['-m', 'venv', folder]);
    await run(join(folder, 'bin/pip'), ['install', '--quiet', MOTO], { timeout: 180_000 });
    await mkdir(marker, { recursive: true });
  }
  return program;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  await new Promise((closed) => server.close(closed));
  return port;
}

async function untilUp(url: string): Promise<void> {
  const deadline = performance.now() + 60_000;
  for (;;) {
    try {
      await fetch(`${url}/moto-api/`);
      return;
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await new Promise((later) => setTimeout(later, 200));
    }
  }
}
