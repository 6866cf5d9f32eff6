import { type Command, Option } from 'commander';
import { collect, duration, integerIn, output, yes } from './options.js';

/** Feedback in the store, by way of the api (SLUICE_API, with SLUICE_TOKEN or SLUICE_ADMIN_TOKEN). */
export function addFeedback(program: Command): void {
  const feedback = program
    .command('feedback')
    .description('what users and label sources say: imports, counts, retention, erasure');
  addImport(feedback);
  feedback
    .command('stats <service>')
    .description('items by kind, arm and version; how many find their unit; how late they come')
    .option('--since <duration>', 'received so long ago at most', '7d')
    .option('--suspect <n>', 'units with more items in an hour are counted as suspect', integerIn(1, 1_000_000), 60)
    .addOption(output())
    .action(async (service, options) => (await import('./commands/feedback.js')).stats(service, options));
  feedback
    .command('prune')
    .description('delete feedback that was received long ago')
    .requiredOption('--older-than <duration>', 'such as 180d', duration)
    .option('--service <name>', 'of this service only')
    .addOption(yes())
    .addOption(output())
    .action(async (options) => (await import('./commands/feedback.js')).prune(options));
  feedback
    .command('forget')
    .description('delete all that is kept of a unit: feedback, predictions, exposures, samples, lists')
    .requiredOption('--unit <key>', 'as requests name it; - reads it from standard input')
    .addOption(keyFile())
    .addOption(yes())
    .addOption(output())
    .action(async (options) => (await import('./commands/feedback.js')).forget(options));
}

function addImport(feedback: Command): void {
  feedback
    .command('import <file>')
    .description(
      'CSV with a header or NDJSON, perhaps gzipped; - reads standard input. Each bad line is named, and exit code 1 then; a repeat adds nothing',
    )
    .requiredOption('--service <name>', 'whose feedback it is')
    .option('--map <field=column>', 'where a field stands, such as prediction_id=pid', collect, [])
    .option('--set <field=value>', 'what every row says, such as kind=label', collect, [])
    .option('--late-after <kind=duration>', 'later than this counts as late, such as label=60d', collect, [])
    .addOption(new Option('--format <format>', 'default: by the ending').choices(['csv', 'ndjson']))
    .option('--delimiter <character>', 'of CSV (default: a comma; for .tsv a tab)')
    .option('--from-line <n>', 'pass over the lines before', '1')
    .option('--dry-run', 'check all of it and keep nothing')
    .addOption(keyFile())
    .addOption(output())
    .action(async (file, options) => (await import('./commands/feedback-import.js')).importFile(file, options));
}

function keyFile(): Option {
  return new Option(
    '--key-file <file>',
    'the gateways’ key, such as .sluice/gateway/prediction.key (default: SLUICE_PREDICTION_KEY)',
  );
}
