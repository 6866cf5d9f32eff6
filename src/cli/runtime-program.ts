import type { Command } from 'commander';
import { SluiceError } from '../domain/errors.js';

/** Commands about the machinery beneath the rollouts. */
export function addRuntime(program: Command): void {
  program
    .command('codec-server')
    .description('read encrypted payloads for the Temporal Web UI and CLI (needs SLUICE_CODEC_KEYS)')
    .option('--host <address>', 'listen on; beyond loopback it needs SLUICE_CODEC_TOKEN', '127.0.0.1')
    .option('--port <port>', '', port, 8089)
    .option('--ui-origin <origins>', 'Web UIs that may ask from a browser, by commas', list, ['http://127.0.0.1:8233'])
    .action(async (options) => (await import('./commands/codec-server.js')).codecServer(options));
}

function list(text: string): string[] {
  return text.split(',').map((part) => part.trim());
}

function port(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0 || value > 65_535)
    throw new SluiceError('USAGE', `"${text}" is not an integer in 0..65535`);
  return value;
}
