import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type GatewayConfig, loadGatewayConfig } from '../../src/gateway/config.js';

/** @throws {DocumentError} as for a file */
export async function readGatewayText(text: string): Promise<GatewayConfig> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-docs-'));
  const file = join(folder, 'gateway.yaml');
  try {
    await writeFile(file, text);
    return await loadGatewayConfig(file);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
