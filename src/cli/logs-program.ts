import { type Command, Option } from 'commander';
import { output, yes } from './options.js';

/** Logs of gateways and model servers, kept by the api (SLUICE_API, with SLUICE_TOKEN or SLUICE_ADMIN_TOKEN). */
export function addLogs(program: Command): void {
  const logs = program.command('logs').description('logs of gateways and model servers: errors by version');
  logs
    .command('follow <file>')
    .description('send a log file to the api as it grows; goes on where it stopped, through rotation too')
    .requiredOption('--service <name>', 'whose log it is')
    .option('--version <name>', 'of the model; a gateway’s access log says it itself')
    .option('--from-end', 'at the first start leave out what is there already')
    .option('--once', 'end where the file ends')
    .option('--state-dir <folder>', 'where the position is kept', process.env['SLUICE_STATE_DIR'] ?? '.sluice')
    .action(async (file, options) => (await import('./commands/logs-follow.js')).follow(file, options));
  logs
    .command('report <service>')
    .description('lines, errors by version and category, what is new, what only the candidate has')
    .option('--since <duration>', 'how far back', '24h')
    .addOption(output())
    .action(async (service, options) => (await import('./commands/logs.js')).report(service, options));
  logs
    .command('prune')
    .description('drop what is old, by whole days')
    .option('--keep <duration>', 'how much stays', '30d')
    .addOption(yes())
    .addOption(output())
    .action(async (options) => (await import('./commands/logs.js')).prune(options));
  logs
    .command('templates <file>')
    .description(
      'the templates of a log file’s messages, and how many lines have each; - is standard input; asks no api',
    )
    .addOption(
      new Option('--format <format>', 'content: a line is a message; log: as the api reads lines')
        .choices(['content', 'log'])
        .default('content'),
    )
    .option('--csv-column <name>', 'of a CSV file with a header: where the message stands')
    .addOption(
      new Option('-o, --output <format>', 'how to print; ndjson: the template of each line')
        .choices(['table', 'json', 'ndjson'])
        .default('table'),
    )
    .action(async (file, options) => (await import('./commands/logs-templates.js')).templates(file, options));
}
