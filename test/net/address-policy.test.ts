import { describe, expect, test } from '@jest/globals';
import { kindOf, readAddress } from '../../src/net/address-kind.js';
import { AddressRefused, createAddressPolicy, type Resolve } from '../../src/net/address-policy.js';
import { LOOPBACK_ONLY, parseAllowedPrivate } from '../../src/net/allowed-private.js';

const names: Record<string, string[]> = {
  'public.example': ['93.184.216.34', '2606:2800:220:1::1'],
  'mixed.example': ['93.184.216.34', '10.0.0.5'],
  'models.internal': ['10.0.0.5'],
  'sneaky.internal': ['169.254.169.254'],
  localhost: ['127.0.0.1', '::1'],
  'localhost.': ['127.0.0.1'],
};
const resolve: Resolve = async (host) =>
  (names[host] ?? []).map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
const policy = (allowed: string) => createAddressPolicy(parseAllowedPrivate(allowed), resolve);

test.each([
  ['8.8.8.8', 'public'],
  ['2606:4700::1111', 'public'],
  ['64:ff9b::8.8.8.8', 'public'],
  ['127.0.0.1', 'loopback'],
  ['127.255.0.3', 'loopback'],
  ['::1', 'loopback'],
  ['::ffff:127.0.0.1', 'loopback'],
  ['::ffff:7f00:1', 'loopback'],
  ['64:ff9b::7f00:1', 'loopback'],
  ['0.0.0.0', 'unspecified'],
  ['0.1.2.3', 'unspecified'],
  ['::', 'unspecified'],
  ['10.1.2.3', 'private'],
  ['172.31.0.1', 'private'],
  ['192.168.0.1', 'private'],
  ['100.64.0.1', 'private'],
  ['fd12::1', 'private'],
  ['::ffff:10.0.0.1', 'private'],
  ['169.254.1.1', 'link-local'],
  ['fe80::1%eth0', 'link-local'],
  ['169.254.169.254', 'metadata'],
  ['::ffff:169.254.169.254', 'metadata'],
  ['168.63.129.16', 'metadata'],
  ['100.100.100.200', 'metadata'],
  ['fd00:ec2::254', 'metadata'],
  ['::7f00:1', 'reserved'],
  ['2002:7f00:1::', 'reserved'],
  ['64:ff9b:1::7f00:1', 'reserved'],
  ['2001:db8::1', 'reserved'],
  ['fec0::1', 'reserved'],
  ['224.0.0.1', 'reserved'],
  ['255.255.255.255', 'reserved'],
  ['192.0.2.1', 'reserved'],
])('%s is %s', (text, kind) => {
  expect(kindOf(readAddress(text))).toBe(kind);
});

describe('names', () => {
  test('go where all their addresses are public', async () => {
    expect(await policy('').resolve('public.example')).toHaveLength(2);
  });

  test('one private address refuses them all, naming host, address and variable', async () => {
    await expect(policy('').resolve('mixed.example')).rejects.toThrow(
      'mixed.example resolves to 10.0.0.5, a private address, which SLUICE_ALLOW_PRIVATE does not allow',
    );
    expect(await policy('10.0.0.0/24').resolve('mixed.example')).toHaveLength(2);
  });

  test('that are allowed may be private, and not link-local', async () => {
    expect(await policy('*.internal').resolve('models.internal')).toHaveLength(1);
    await expect(policy('*.internal').resolve('sneaky.internal')).rejects.toThrow(/metadata address/);
    expect(await policy('169.254.169.254').resolve('sneaky.internal')).toHaveLength(1);
  });

  test.each(['localhost', 'localhost.', 'LOCALHOST'])('%s is loopback', async (host) => {
    const strict = createAddressPolicy(parseAllowedPrivate(''), async () => [{ address: '127.0.0.1', family: 4 }]);
    await expect(strict.resolve(host)).rejects.toThrow(AddressRefused);
    const allowing = createAddressPolicy(parseAllowedPrivate('localhost'), async () => [
      { address: '127.0.0.1', family: 4 },
    ]);
    expect(await allowing.resolve(host)).toHaveLength(1);
  });
});

describe('addresses', () => {
  test.each(['127.0.0.1', '[::1]', '::1', '[::ffff:127.0.0.1]', '0.0.0.0', '10.0.0.1', '169.254.169.254'])(
    '%s is refused where nothing is allowed',
    (host) => expect(() => policy('').assertLiteral(host)).toThrow(AddressRefused),
  );

  test('of this machine are allowed by the default, 0.0.0.0 is not', () => {
    for (const host of ['127.0.0.1', '[::1]', '::ffff:127.0.0.1']) policy(LOOPBACK_ONLY).assertLiteral(host);
    expect(() => policy(LOOPBACK_ONLY).assertLiteral('0.0.0.0')).toThrow(/0\.0\.0\.0 is an unspecified address/);
  });

  test('public ones and names pass', () => {
    for (const host of ['8.8.8.8', '[2606:4700::1111]', 'localhost']) policy('').assertLiteral(host);
  });
});

describe('the lookup of sockets', () => {
  const ask = (allowed: string, host: string, options: { all?: boolean; family?: number }) =>
    new Promise((done) =>
      policy(allowed).lookup(host, options, (error, address, family) => done(error?.message ?? [address, family])),
    );

  test('gives all, the first, or the first of a family', async () => {
    expect(await ask('', 'public.example', { all: true })).toEqual([await resolve('public.example'), undefined]);
    expect(await ask('', 'public.example', {})).toEqual(['93.184.216.34', 4]);
    expect(await ask('', 'public.example', { family: 6 })).toEqual(['2606:2800:220:1::1', 6]);
    expect(await ask('10.0.0.5', 'models.internal', { family: 6 })).toMatch(/no address of the family/);
  });

  test('refuses', async () => {
    expect(await ask('', 'models.internal', { all: true })).toMatch(/10\.0\.0\.5, a private address/);
  });
});
