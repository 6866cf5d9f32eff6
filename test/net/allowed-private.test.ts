import { describe, expect, test } from '@jest/globals';
import { readAddress } from '../../src/net/address-kind.js';
import { holdsAddress, LOOPBACK_ONLY, namesHost, parseAllowedPrivate } from '../../src/net/allowed-private.js';

const GIVEN = parseAllowedPrivate(' 10.0.0.0/8, ::1 ,192.168.7.9, Models.Internal., *.svc.cluster.local, fd00::/8,');

describe('what is allowed', () => {
  test.each([
    ['10.255.0.1', true],
    ['11.0.0.1', false],
    ['::1', true],
    ['::2', false],
    ['192.168.7.9', true],
    ['192.168.7.10', false],
    ['fdff::1', true],
    ['::ffff:10.1.2.3', true],
    ['64:ff9b::10.1.2.3', true],
  ])('%s: %s', (address, expected) => {
    expect(holdsAddress(GIVEN, readAddress(address))).toBe(expected);
  });

  test.each([
    ['models.internal', true],
    ['x.models.internal', false],
    ['a.b.svc.cluster.local', true],
    ['svc.cluster.local', false],
    ['evilsvc.cluster.local', false],
  ])('%s: %s', (host, expected) => {
    expect(namesHost(GIVEN, host)).toBe(expected);
  });

  test('nothing by an empty text, loopback by the default', () => {
    expect(parseAllowedPrivate(' ')).toEqual({ networks: [], hosts: [] });
    const loopback = parseAllowedPrivate(LOOPBACK_ONLY);
    expect(
      ['127.0.0.1', '127.9.9.9', '::1', '0.0.0.0', '10.0.0.1'].map((a) => holdsAddress(loopback, readAddress(a))),
    ).toEqual([true, true, true, false, false]);
  });
});

test.each([
  '10.0.0.0/33',
  '10.0/8',
  '012.0.0.0/8',
  '10.0.0',
  '2130706433',
  '0x7f.1',
  'http://models.internal',
  'models.internal:80',
  '*',
  'a b',
  '::ffff:10.0.0.0/104',
  '/8',
])('%s is refused by name', (entry) => {
  expect(() => parseAllowedPrivate(`127.0.0.1,${entry}`)).toThrow(
    expect.objectContaining({ code: 'USAGE', message: expect.stringContaining(`"${entry}"`) }),
  );
});
