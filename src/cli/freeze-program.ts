import type { Command } from 'commander';
import { actor, dryRunOption, integerIn, output } from './options.js';

/** Stops of forward moves over services, kept by the api. */
export function addFreezes(program: Command): void {
  const freeze = program
    .command('freeze')
    .description(
      'stop all forward moves of services; rollbacks go on (asks the api, with SLUICE_TOKEN or SLUICE_ADMIN_TOKEN)',
    );
  freeze
    .command('create')
    .description('begin a freeze; rollouts hear of it within seconds')
    .requiredOption('--reason <text>', 'why')
    .option('--for <duration>', 'how long, at most 30d')
    .option('--until <time>', 'when it ends instead, such as 2026-11-30T08:00:00Z')
    .option('--service <name>', 'a service, or a pattern such as "eu-*"', '*')
    .addOption(actor('who decides'))
    .addOption(dryRunOption())
    .addOption(output())
    .action(async (options) => (await import('./commands/freeze.js')).createFreeze(options));
  freeze
    .command('list')
    .description('list freezes in force')
    .option('--all', 'also those that are over')
    .option('--service <name>', 'those that cover this service')
    .option('--limit <n>', 'at most this many, newest first', integerIn(1, 200), 50)
    .addOption(output())
    .action(async (options) => (await import('./commands/freeze.js')).listFreezes(options));
  freeze
    .command('lift <id>')
    .description('end a freeze before its time')
    .requiredOption('--reason <text>', 'why')
    .addOption(actor('who decides'))
    .addOption(dryRunOption())
    .addOption(output())
    .action(async (id, options) => (await import('./commands/freeze.js')).liftFreeze(id, options));
}
