import { type Command, Option } from 'commander';
import { actor, integerIn, output } from './options.js';

/** What went wrong: kept by the api. */
export function addIncidents(program: Command): void {
  const incidents = program
    .command('incidents')
    .description(
      'what went wrong: of monitors, alerts and rollbacks (asks the api, with SLUICE_TOKEN or SLUICE_ADMIN_TOKEN)',
    );
  incidents
    .command('list')
    .description('list incidents that are not over, newest first')
    .option('--all', 'also those that are over')
    .option('--service <name>', 'of this service')
    .addOption(new Option('--source <source>', 'found by').choices(['monitor', 'alert', 'rollback', 'impact']))
    .option('--limit <n>', 'at most this many', integerIn(1, 500), 50)
    .addOption(output())
    .action(async (options) => (await import('./commands/incidents.js')).list(options));
  incidents
    .command('show <id>')
    .description('show an incident: what, evidence, who was told, what was done')
    .option('--post-mortem', 'as the skeleton of a post-mortem, in Markdown, with the timeline of the rollout')
    .addOption(output())
    .action(async (id, options) => (await import('./commands/incidents.js')).show(id, options));
  for (const [command, meaning] of [
    ['ack', 'say that you are on it: nobody further is told'],
    ['resolve', 'say that it is over'],
  ] as const)
    incidents
      .command(`${command} <id>`)
      .description(meaning)
      .requiredOption('--reason <text>', 'what is being done, or how it ended')
      .addOption(actor('who says so'))
      .addOption(output())
      .action(async (id, options) => (await import('./commands/incidents.js')).decide(command, id, options));
  addSilences(incidents);
}

function addSilences(incidents: Command): void {
  incidents
    .command('silence')
    .description('tell nobody of incidents with these labels for a time; what is done about them goes on')
    .requiredOption('--match <label=value...>', 'all of them must fit, such as service=digits monitor=deps')
    .requiredOption('--for <duration>', 'how long, at most 30d')
    .requiredOption('--reason <text>', 'why')
    .addOption(actor('who says so'))
    .addOption(output())
    .action(async (options) => (await import('./commands/incidents.js')).silence(options));
  incidents
    .command('silences')
    .description('list silences in force')
    .option('--all', 'also those that are over')
    .addOption(output())
    .action(async (options) => (await import('./commands/incidents.js')).listSilences(options));
  incidents
    .command('unsilence <id>')
    .description('end a silence')
    .addOption(output())
    .action(async (id, options) => (await import('./commands/incidents.js')).unsilence(id, options));
}
