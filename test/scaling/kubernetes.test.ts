import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { kubernetesAccess } from '../../src/scaling/kubernetes-access.js';
import { createKubernetesClient } from '../../src/scaling/kubernetes-client.js';
import { createKubernetesScaler } from '../../src/scaling/kubernetes-scaler.js';
import { type FakeKubernetes, startKubernetes } from './fake-kubernetes.js';

const target = { driver: 'kubernetes', namespace: 'ml', workload: 'deployments', name: 'digits-v2' } as const;
const subject = { service: 'digits', version: 'v2', target };
const { signal } = new AbortController();

let api: FakeKubernetes;
beforeEach(async () => {
  api = await startKubernetes();
});
afterEach(() => api.close());
const scaler = (over: object = {}) => createKubernetesScaler(createKubernetesClient({ ...api.access, ...over }));

describe('a deployment', () => {
  test('is scaled by its scale subresource, on top of the version that was read', async () => {
    await scaler().scale(target, 3, subject, signal);
    expect(await scaler().replicas(target, subject, signal)).toBe(3);
    expect(api.seen[1]).toEqual({
      method: 'PATCH',
      path: '/apis/apps/v1/namespaces/ml/deployments/digits-v2/scale',
      body: '{"metadata":{"resourceVersion":"100"},"spec":{"replicas":3}}',
    });
  });

  test('that is as it should be is not written to', async () => {
    await scaler().scale(target, 1, subject, signal);
    expect(api.seen.map(({ method }) => method)).toEqual(['GET']);
  });

  test('goes to none and back: 0 is left out of what is read', async () => {
    await scaler().scale(target, 0, subject, signal);
    expect(await scaler().replicas(target, subject, signal)).toBe(0);
    await scaler().scale(target, 2, subject, signal);
    expect(api.replicas).toBe(2);
  });

  test('that others write to is read and written again, five times at most', async () => {
    api.rivals = 2;
    await scaler().scale(target, 4, subject, signal);
    expect(api.seen.map(({ method }) => method)).toEqual(['GET', 'PATCH', 'GET', 'PATCH', 'GET', 'PATCH']);
    api.rivals = 9;
    await expect(scaler().scale(target, 5, subject, signal)).rejects.toMatchObject({
      code: 'SCALING_FAILED',
      message: expect.stringContaining('status 409 (the object has been modified'),
    });
    expect(api.replicas).toBe(4);
  });

  test('is ready by what its controller says of the newest change', async () => {
    Object.assign(api, { replicas: 3, ready: 2 });
    expect(await scaler().ready(target, subject, signal)).toEqual({ ready: 2, wanted: 3 });
    api.isSeen = false;
    expect(await scaler().ready(target, subject, signal)).toEqual({ ready: 0, wanted: 3 });
    Object.assign(api, { isSeen: true, ready: 0 });
    expect(await scaler().ready(target, subject, signal)).toEqual({ ready: 0, wanted: 3 });
  });
});

describe('trouble', () => {
  test('a token is read anew for each request, and stands in no message', async () => {
    const same = scaler();
    await same.replicas(target, subject, signal);
    api.token = 'planted-second';
    const failed: unknown = await same.replicas(target, subject, signal).catch((error: unknown) => error);
    expect(failed).toMatchObject({
      code: 'SCALING_REFUSED',
      message: expect.stringContaining('status 401 (Unauthorized)'),
    });
    expect(JSON.stringify(failed) + String((failed as Error).stack)).not.toContain('planted');
    await api.setToken('planted-second\n');
    expect(await same.replicas(target, subject, signal)).toBe(1);
  });

  test.each([
    ['a right that is missing', { ...target, namespace: 'other' }, /status 403 \(User "sluice" cannot get/],
    ['a deployment that is not there', { ...target, name: 'nothing' }, /nothing\/scale: status 404/],
    ['a stateful set that is not there', { ...target, workload: 'statefulsets' as const }, /statefulsets.*404/],
  ])('%s is refused', async (_, other, message) => {
    await expect(scaler().scale(other, 2, subject, signal)).rejects.toMatchObject({
      code: 'SCALING_REFUSED',
      message: expect.stringMatching(message),
    });
  });

  test.each([
    ['503', 'status 503', (response) => void response.writeHead(503).end()],
    ['429', 'status 429', (response) => void response.writeHead(429).end()],
    ['a broken connection', 'no answer', (response) => void response.socket?.destroy()],
    ['a page', 'another shape', (response) => void response.writeHead(200).end('<html>')],
  ] as [string, string, NonNullable<FakeKubernetes['fails']>][])('%s may pass', async (_, message, fails) => {
    api.fails = fails;
    await expect(scaler().replicas(target, subject, signal)).rejects.toMatchObject({
      code: 'SCALING_FAILED',
      message: expect.stringContaining(message),
    });
  });

  test('a server that its authority does not vouch for gets no token', async () => {
    await expect(scaler({ caFile: null }).replicas(target, subject, signal)).rejects.toThrow(
      /DEPTH_ZERO_SELF_SIGNED_CERT/,
    );
    expect(api.seen).toEqual([]);
  });

  test('a missing token file is named', async () => {
    await expect(scaler({ tokenFile: '/nowhere/token' }).replicas(target, subject, signal)).rejects.toThrow(
      'kubernetes: /nowhere/token can not be read (ENOENT)',
    );
  });

  test('a request that is called off ends with its reason', async () => {
    api.fails = () => undefined;
    await expect(scaler().replicas(target, subject, AbortSignal.timeout(50))).rejects.toMatchObject({
      name: 'TimeoutError',
    });
  });
});

describe('access', () => {
  test('is found in a pod, given by hand, or not there', () => {
    expect(kubernetesAccess({})).toBeNull();
    expect(kubernetesAccess({ KUBERNETES_SERVICE_HOST: '10.0.0.1', KUBERNETES_SERVICE_PORT: '443' })).toEqual({
      baseUrl: 'https://10.0.0.1:443',
      tokenFile: '/var/run/secrets/kubernetes.io/serviceaccount/token',
      caFile: '/var/run/secrets/kubernetes.io/serviceaccount/ca.crt',
    });
    expect(
      kubernetesAccess({ SLUICE_KUBERNETES_URL: 'https://k8s.corp.example/', SLUICE_KUBERNETES_TOKEN_FILE: '/t' }),
    ).toEqual({
      baseUrl: 'https://k8s.corp.example',
      tokenFile: '/t',
      caFile: null,
    });
    expect(kubernetesAccess({ KUBERNETES_SERVICE_HOST: 'fd00::1' })?.baseUrl).toBe('https://[fd00::1]:443');
    expect(() => kubernetesAccess({ SLUICE_KUBERNETES_URL: 'http://k8s.corp.example' })).toThrow('is not an https URL');
  });
});
