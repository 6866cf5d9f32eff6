import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Agent, fetch } from 'undici';
import { readCertificate } from '../../src/gateway/certificate.js';
import { startGateway } from '../../src/gateway/gateway.js';
import { endChild } from '../../src/process/child-process.js';
import { createGatewayRouter } from '../../src/traffic/gateway-router.js';
import { freePort } from '../setup/free-port.js';
import { spawnSluice } from '../setup/sluice.js';
import { GatewayStage, until } from './stage.js';

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

  test('from the command line: users come in secured, and the model server is asked so; one whom nobody vouches for is not asked', async () => {
    const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
    const secured = { cert: readFileSync(cert), key: readFileSync(key) };
    const model = createServer(secured, (request, response) => {
      request
        .resume()
        .on('end', () => void response.setHeader('content-type', 'application/json').end('{"outputs":[]}'));
    });
    await new Promise<void>((resolve) => model.listen(0, '127.0.0.1', resolve));
    const { port: modelPort } = model.address() as AddressInfo;
    const config = join(folder, 'gateway.yaml');
    const url = `https://127.0.0.1:${modelPort}`;
    writeFileSync(
      config,
      `sluice: gateway/v1\nservices:\n  - { service: digits, baseline: { version: v1, url: "${url}" }, protocol: { model: digits } }\n`,
    );
    const ask = async (env: NodeJS.ProcessEnv) => {
      const [port, adminPort] = [await freePort(), await freePort()];
      const ports = [
        '--port',
        String(port),
        '--admin-port',
        String(adminPort),
        '--state-dir',
        join(folder, String(port)),
      ];
      const files = ['--config', config, '--tls-cert', cert, '--tls-key', key];
      const gateway = spawnSluice(['gateway', ...files, ...ports], { logPath: join(folder, 'log'), env });
      const dispatcher = new Agent({ connect: { ca: secured.cert } });
      try {
        const health = () => fetch(`https://127.0.0.1:${adminPort}/healthz`, { dispatcher }).catch(() => null);
        await until(async () => (await health())?.ok === true, 20_000);
        const infer = `https://127.0.0.1:${port}/v2/models/digits/infer`;
        return (await fetch(infer, { method: 'POST', body: '{}', dispatcher })).status;
      } finally {
        await endChild(gateway);
        await dispatcher.close();
      }
    };
    expect(await ask({ NODE_EXTRA_CA_CERTS: cert })).toBe(200);
    expect(await ask({})).toBe(502);
    model.closeAllConnections();
    await new Promise((resolve) => model.close(resolve));
  }, 60_000);
});
