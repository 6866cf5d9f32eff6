import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KubernetesAccess } from '../../src/scaling/kubernetes-access.js';

const BASE = '/apis/apps/v1/namespaces/ml/deployments/digits-v2';

/** An API server with one Deployment: it checks the token, verbs, media types and resource versions as the real one does. */
export interface FakeKubernetes {
  readonly access: KubernetesAccess;
  readonly seen: { method: string; path: string; body: string }[];
  /** May be changed by a test. */
  token: string;
  replicas: number;
  ready: number;
  /** How many writes of somebody else come between a read and a write. */
  rivals: number;
  /** Whether the controller has seen the newest change. */
  isSeen: boolean;
  /** Instead of an answer. */
  fails: ((response: ServerResponse) => void) | null;
  setToken(text: string): Promise<void>;
  close(): Promise<void>;
}

export async function startKubernetes(): Promise<FakeKubernetes> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-k8s-'));
  const [key, cert, tokenFile] = ['key.pem', 'ca.crt', 'token'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'];
  const curve = ['-pkeyopt', 'ec_paramgen_curve:P-256'];
  const files = ['-keyout', key, '-out', cert];
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', ...curve, '-nodes', '-days', '1', ...files, ...subject], {
    stdio: 'ignore',
  });
  await writeFile(tokenFile, 'planted-token\n');
  let resourceVersion = 100;
  const fake = {
    token: 'planted-token',
    replicas: 1,
    ready: 1,
    rivals: 0,
    isSeen: true,
    fails: null,
    seen: [],
  } as Omit<FakeKubernetes, 'access' | 'close' | 'setToken'>;

  const write = (request: IncomingMessage, body: string): [number, unknown] => {
    if (request.headers['content-type'] !== 'application/merge-patch+json') return [415, status('media type')];
    if (fake.rivals > 0) {
      fake.rivals -= 1;
      resourceVersion += 1;
    }
    const patch = JSON.parse(body) as { metadata?: { resourceVersion?: string }; spec: { replicas: number } };
    if (patch.metadata?.resourceVersion !== String(resourceVersion))
      return [409, status('the object has been modified; please apply your changes to the latest version')];
    fake.replicas = patch.spec.replicas;
    resourceVersion += 1;
    return [200, scaleOf()];
  };
  // What is 0 is left out, as Go does.
  const scaleOf = () => ({
    kind: 'Scale',
    metadata: { name: 'digits-v2', resourceVersion: String(resourceVersion) },
    spec: fake.replicas === 0 ? {} : { replicas: fake.replicas },
  });
  const deployment = () => ({
    metadata: { generation: resourceVersion },
    spec: { replicas: fake.replicas },
    status: {
      observedGeneration: fake.isSeen ? resourceVersion : resourceVersion - 1,
      ...(fake.ready === 0 ? {} : { readyReplicas: fake.ready, updatedReplicas: fake.replicas }),
    },
  });
  const reply = (request: IncomingMessage, body: string): [number, unknown] => {
    if (request.headers.authorization !== `Bearer ${fake.token}`) return [401, status('Unauthorized')];
    if (request.url === `${BASE}/scale` && request.method === 'GET') return [200, scaleOf()];
    if (request.url === `${BASE}/scale` && request.method === 'PATCH') return write(request, body);
    if (request.url === BASE && request.method === 'GET') return [200, deployment()];
    if (request.url?.includes('/other/')) return [403, status('User "sluice" cannot get resource "deployments/scale"')];
    return [404, status('not found')];
  };
  const server = createServer({ key: readFileSync(key), cert: readFileSync(cert) }, (request, response) => {
    let body = '';
    request.on('data', (part: Buffer) => {
      body += part.toString();
    });
    request.on('end', () => {
      fake.seen.push({ method: request.method ?? '', path: request.url ?? '', body });
      if (fake.fails) return fake.fails(response);
      const [code, answer] = reply(request, body);
      response.writeHead(code, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const baseUrl = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return Object.assign(fake, {
    access: { baseUrl, tokenFile, caFile: cert },
    setToken: (text: string) => writeFile(tokenFile, text),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await rm(folder, { recursive: true });
    },
  });
}

function status(message: string) {
  return { kind: 'Status', status: 'Failure', message };
}
