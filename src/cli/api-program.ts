import type { Command } from 'commander';
import { collect, duration, integerIn, output, withExamples } from './options.js';

/** The HTTP API, and who may come in. */
export function addApi(program: Command): void {
  const api = program
    .command('api')
    .description('HTTP API, dashboard, and collector of what gateways record (needs DATABASE_URL)')
    .option('--host <address>', 'listen on', '127.0.0.1')
    .option('--port <port>', 'listen on; 0 takes any free one', integerIn(0, 65_535), 8090)
    .option('--access-log <file>', 'a JSON line for each answer, without queries and headers')
    .action(async (options) => (await import('./commands/api.js')).api(options));
  withExamples(api, 'sluice api', 'SLUICE_API_TOKENS=tokens.yaml sluice api --host 0.0.0.0');
  const token = api.command('token').description('tokens of people and machines (SLUICE_API_TOKENS, docs/api.md)');
  const create = token
    .command('create')
    .description('make a token, keep its digest in the file, and print it once')
    .requiredOption('--name <name>', 'what people read')
    .option('--subject <id>', 'who decisions are by (default: the name)')
    .option('--role <role>', 'viewer, operator, approver or admin, and roles of specs; may be given again', collect, [
      ...NONE,
    ])
    .option('--expires <duration>', 'refused after this, such as 90d (default: never)', duration)
    .option('--file <path>', 'the file of tokens (default: SLUICE_API_TOKENS)')
    .action(async (options) => (await import('./commands/api-token.js')).createApiToken(options));
  const list = token
    .command('list')
    .description('who has tokens, and until when')
    .option('--file <path>', 'the file of tokens (default: SLUICE_API_TOKENS)')
    .addOption(output())
    .action(async (options) => (await import('./commands/api-token.js')).listApiTokens(options));
  withExamples(create, 'sluice api token create --name alice --role approver --expires 90d --file tokens.yaml');
  withExamples(list, 'sluice api token list --file tokens.yaml');
}

const NONE: readonly string[] = [];
