import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openTokenFile } from '../../src/api/auth/token-file.js';
import type { ApiDeps } from '../../src/api/create-api.js';
import { type StartedApi, startApi } from '../../src/api/server.js';
import type { Store } from '../../src/ports/store.js';
import { SluiceClient } from '../../src/sdk/index.js';

/** Tokens of people with each role, as a file has them. */
export const TOKENS = {
  viewer: 'slc_viewer-of-the-test-suite',
  operator: 'slc_operator-of-the-test-suite',
  approver: 'slc_approver-of-the-test-suite',
  admin: 'slc_admin-of-the-test-suite',
} as const;
export const EXPIRED = 'slc_expired-of-the-test-suite';

export const sha256 = (token: string) => createHash('sha256').update(token).digest('hex');

function tokenFileText(): string {
  const lines = Object.entries(TOKENS).map(
    ([role, token]) =>
      `  - { name: ${role} of the suite, subject: ${role}@example.test, roles: [${role}], sha256: ${sha256(token)} }`,
  );
  lines.push(
    `  - { name: gone, subject: gone@example.test, roles: [admin], sha256: ${sha256(EXPIRED)}, expires: "2020-01-01T00:00:00Z" }`,
  );
  return `sluice: api-tokens/v1\ntokens:\n${lines.join('\n')}\n`;
}

type Init = Omit<RequestInit, 'headers'> & { readonly headers?: Record<string, string> };

export interface Site {
  readonly api: StartedApi;
  readonly file: string;
  client(token: string | null): SluiceClient;
  ask(path: string, token?: string | null, init?: Init): Promise<Response>;
  close(): Promise<void>;
}

/** An api with a file of tokens, on a port of its own, which holds its answers to their schemas. */
export async function openSite(store: Store, deps: Partial<ApiDeps> = {}): Promise<Site> {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-api-'));
  const file = join(folder, 'tokens.yaml');
  writeFileSync(file, tokenFileText());
  const auth = { tokens: openTokenFile(file), oidc: null };
  const api = await startApi({ store, auth, checksAnswers: true, host: '127.0.0.1', port: 0, ...deps });
  return {
    api,
    file,
    client: (token) => new SluiceClient({ url: api.url, token }),
    ask: (path, token = TOKENS.viewer, init = {}) =>
      fetch(`${api.url}${path}`, {
        ...init,
        headers: {
          ...(token === null ? {} : { authorization: `Bearer ${token}` }),
          ...(init.body === undefined ? {} : { 'content-type': 'application/json' }),
          ...init.headers,
        },
      }),
    async close() {
      await api.close();
      rmSync(folder, { recursive: true });
    },
  };
}
