import { readFile } from 'node:fs/promises';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { hooks } from '../../src/domain/spec/hooks.js';
import { notify } from '../../src/domain/spec/notify.js';

const webhook = 'https://hooks.example.com/in';

describe('notify in a spec', () => {
  test.each([
    ['a webhook', { webhook }],
    ['a signed one with a filter', { webhook, secretRef: 'SLUICE_SECRET_HOOK', events: ['promoted', 'rolled-back'] }],
    ['one whose URL is a secret', { webhook: { urlRef: 'SLUICE_SECRET_TEAMS' } }],
    ['one on this machine', { webhook: 'http://127.0.0.1:9000/in' }],
    ['one without TLS that is meant so', { webhook: 'http://hooks/in', insecure: true }],
    ['Slack', { slack: { urlRef: 'SLUICE_SECRET_SLACK' } }],
  ])('takes %s', (_, target) => {
    expect(notify.parse([target])).toEqual([target]);
  });

  test.each([
    ['a password in the URL', { webhook: 'https://user:planted@example.com/' }],
    ['a user name in the URL', { webhook: 'https://planted@example.com/' }],
    ['http to another machine', { webhook: 'http://hooks.example.com/' }],
    ['another protocol', { webhook: 'file:///etc/passwd' }],
    ['a URL for Slack, which is a secret', { slack: 'https://hooks.example.com/planted' }],
    ['a variable that is not for specs', { webhook, secretRef: 'DATABASE_URL' }],
    ['a secret in place of its name', { webhook, secretRef: 'whsec_planted' }],
    ['an event nobody knows', { webhook, events: ['promotd'] }],
    ['no events', { webhook, events: [] }],
    ['a key nobody knows', { webhook, secret: 'planted' }],
    ['nothing', {}],
  ])('refuses %s, without repeating it', (_, target) => {
    const { success, error } = notify.safeParse([target]);
    expect(success).toBe(false);
    expect(error?.message).not.toContain('planted');
  });

  test('takes ten targets at most', () => {
    expect(notify.safeParse(Array.from({ length: 11 }, () => ({ webhook }))).success).toBe(false);
  });
});

test('the examples of the documentation are valid', async () => {
  const page = await readFile(new URL('../../docs/notifications.md', import.meta.url), 'utf8');
  const [told, asked] = [...page.matchAll(/```yaml\n(.*?)```/gs)].map(([, yaml = '']) => parse(yaml) as unknown);
  expect(notify.parse((told as { notify: unknown }).notify)).toHaveLength(3);
  expect(hooks.parse((asked as { hooks: unknown }).hooks)).toHaveLength(5);
});
