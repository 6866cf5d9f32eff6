import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { type Certificate, followCertificate, readCertificate } from '../../src/gateway/certificate.js';
import { GatewayStage, until } from './stage.js';

let stage: GatewayStage;
let folder: string;
const paths = (name: string) => ({ certPath: join(folder, `${name}.cert`), keyPath: join(folder, `${name}.key`) });
async function make(name: string): Promise<Certificate> {
  const { certPath, keyPath } = paths(name);
  const subject = ['-subj', `/CN=${name}`, '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
  const args = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '1', '-keyout', keyPath, '-out', certPath];
  execFileSync('openssl', [...args, ...subject], { stdio: 'ignore' });
  return readCertificate(certPath, keyPath);
}

let first: Certificate;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-tls-'));
  first = await make('first');
  stage = await GatewayStage.open({ shutdownMs: 500 });
  stage.more = { tls: first, adminTls: first };
  await stage.restart();
});
afterEach(async () => {
  await stage.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Whose certificate is shown there. */
async function shownAt(url: string): Promise<string> {
  const { port, hostname } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = connectTls({ port: Number(port), host: hostname, rejectUnauthorized: false }, () => {
      resolve(String(socket.getPeerCertificate().subject.CN));
      socket.destroy();
    }).on('error', reject);
  });
}

test('a renewed certificate is shown to whoever connects from then on', async () => {
  const { dataUrl, adminUrl } = stage.gateway;
  expect([await shownAt(dataUrl), await shownAt(adminUrl)]).toEqual(['first', 'first']);
  stage.gateway.renewCertificate(await make('second'));
  expect([await shownAt(dataUrl), await shownAt(adminUrl)]).toEqual(['second', 'second']);
});

test('is taken from the files once both of them are replaced', async () => {
  const second = await make('second');
  const taken: Certificate[] = [];
  const logged: string[] = [];
  const log = (_: string, message: string) => void logged.push(message);
  const shown = paths('first');
  followCertificate(shown, first, { take: (renewed) => void taken.push(renewed), log, everyMs: 20 });
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect([taken, logged]).toEqual([[], []]);
  copyFileSync(paths('second').certPath, shown.certPath);
  await until(() => logged.some((message) => message.includes('can not be read')));
  expect(taken).toEqual([]);
  copyFileSync(paths('second').keyPath, shown.keyPath);
  await until(() => logged.includes('a renewed certificate is shown'));
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(taken).toEqual([second]);
});

test.each(['dataUrl', 'adminUrl'] as const)(
  'who connects to the %s and says nothing holds no shutdown up',
  async (at) => {
    const { port, hostname } = new URL(stage.gateway[at]);
    const silent = await new Promise<Socket>((resolve) => {
      const socket = connect(Number(port), hostname, () => resolve(socket));
    });
    const cut = new Promise((resolve) => silent.on('error', () => undefined).on('close', resolve));
    // Until the server has taken it.
    await new Promise((resolve) => setTimeout(resolve, 50));
    const startedAt = performance.now();
    await stage.gateway.close();
    expect(performance.now() - startedAt).toBeLessThan(3500);
    await cut;
  },
  15_000,
);
