import { expect, test } from '@jest/globals';
import { readConfig } from '../../src/config.js';
import { LOOPBACK_ONLY } from '../../src/net/allowed-private.js';

test.each([
  ['nothing set', {}, LOOPBACK_ONLY],
  ['gateways on this machine', { SLUICE_GATEWAYS: 'http://localhost:8081,http://[::1]:8081' }, LOOPBACK_ONLY],
  ['a gateway elsewhere', { SLUICE_GATEWAYS: 'http://127.0.0.1:8081,http://10.0.0.1:8081' }, ''],
  ['gateways by name', { SLUICE_GATEWAYS: 'dns+http://gateway.prod.svc:8081' }, ''],
  ['a list', { SLUICE_ALLOW_PRIVATE: '10.0.0.0/8' }, '10.0.0.0/8'],
  ['an empty list', { SLUICE_ALLOW_PRIVATE: '' }, ''],
])('%s', (_, env, expected) => {
  expect(readConfig(env).allowPrivate).toBe(expected);
});
