import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Agent, fetch } from 'undici';
import { readCertificate } from '../../src/gateway/certificate.js';
import { startGateway } from '../../src/gateway/gateway.js';
import { createGatewayRouter } from '../../src/traffic/gateway-router.js';
import { GatewayStage } from './stage.js';

let stage: GatewayStage;
beforeEach(async () => {
  stage = await GatewayStage.open();
});
afterEach(() => stage.close());

describe('the admin listener', () => {
  const token = 'a token of enough characters';

  test('takes commands with its token only; health and metrics are open', async () => {
    stage.more = { adminToken: token };
    await stage.restart();
    const get = async (path: string, authorization = '') =>
      (await fetch(`${stage.gateway.adminUrl}${path}`, { headers: { authorization } })).status;
    expect([await get('/v1/routes'), await get('/v1/routes', 'Bearer wrong'), await get('/v1/flags')]).toEqual([
      401, 401, 401,
    ]);
    expect([await get('/healthz'), await get('/metrics'), await get('/v1/routes', `Bearer ${token}`)]).toEqual([
      200, 200, 200,
    ]);
    expect((await stage.apply({ weightPercent: 100 })).status).toBe(401);
    const options = { adminUrls: [stage.gateway.adminUrl] };
    await expect(createGatewayRouter(options).apply(stage.route())).rejects.toThrow(/401/);
    await createGatewayRouter({ ...options, adminToken: token }).apply(stage.route({ weightPercent: 100 }));
    expect((await stage.infer('user-1')).version).toBe('v2');
  });

  test.each([
    ['without a token where it can be reached from elsewhere', { adminHost: '0.0.0.0' }, /SLUICE_ADMIN_TOKEN/],
    ['with a token that is too short', { adminToken: 'short' }, /5 characters/],
  ])('does not start %s', async (_, over, message) => {
    await expect(startGateway({ ...stage.options(), ...over })).rejects.toThrow(message);
  });
});

describe('TLS', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'sluice-tls-'));
    const files = ['-keyout', join(folder, 'key.pem'), '-out', join(folder, 'cert.pem')];
    const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
    execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '1', ...files, ...subject], {
      stdio: 'ignore',
    });
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  test('secures both listeners', async () => {
    const tls = await readCertificate(join(folder, 'cert.pem'), join(folder, 'key.pem'));
    stage.more = { tls, adminTls: tls };
    await stage.restart();
    expect([stage.gateway.dataUrl, stage.gateway.adminUrl].map((url) => new URL(url).protocol)).toEqual([
      'https:',
      'https:',
    ]);
    const dispatcher = new Agent({ connect: { ca: tls.cert } });
    const answer = await fetch(`${stage.gateway.dataUrl}/v2/models/digits/infer`, {
      method: 'POST',
      body: '{}',
      dispatcher,
    });
    expect([answer.status, answer.headers.get('x-sluice-version')]).toEqual([200, 'v1']);
    expect((await fetch(`${stage.gateway.adminUrl}/healthz`, { dispatcher })).status).toBe(200);
    // A client that speaks plain HTTP harms nobody.
    await expect(fetch(stage.gateway.dataUrl.replace('https', 'http'))).rejects.toThrow();
    expect((await fetch(`${stage.gateway.adminUrl}/healthz`, { dispatcher })).status).toBe(200);
    await dispatcher.close();
  });

  test('with files that are no certificate is refused, naming them', async () => {
    await expect(readCertificate(join(folder, 'key.pem'), join(folder, 'none.pem'))).rejects.toThrow(/none\.pem/);
    await expect(readCertificate(join(folder, 'key.pem'), join(folder, 'key.pem'))).rejects.toThrow(/key\.pem/);
  });
});
