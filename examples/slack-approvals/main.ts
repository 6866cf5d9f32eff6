/**
 * Approvals from Slack: `npx tsx examples/slack-approvals/main.ts people.json` (docs/recipes/slack-approvals.md)
 * people.json: `{ "U024BE7LH": "/run/secrets/alice.token" }`
 */
import { readFile } from 'node:fs/promises';
import { createBridge } from './bridge.js';

const [peopleFile] = process.argv.slice(2);
if (peopleFile === undefined) throw new Error('usage: main.ts <people.json>');

const app = createBridge({
  apiUrl: process.env['SLUICE_API'] ?? 'http://127.0.0.1:8090',
  slackUrl: needed('SLACK_WEBHOOK_URL'),
  signingSecret: needed('SLACK_SIGNING_SECRET'),
  webhookSecret: needed('SLUICE_SECRET_SLACK_BRIDGE'),
  tokenFiles: JSON.parse(await readFile(peopleFile, 'utf8')) as Record<string, string>,
});
process.once('SIGTERM', () => void app.close());
process.once('SIGINT', () => void app.close());
console.log(
  `bridge at ${await app.listen({ host: process.env['HOST'] ?? '127.0.0.1', port: Number(process.env['PORT'] ?? 8070) })}`,
);

function needed(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set`);
  return value;
}
