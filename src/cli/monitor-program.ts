import type { Command } from 'commander';
import { actor, dryRunOption, integerIn, output, yes } from './options.js';

/** What watches live models: schedules of Temporal, with readings that the api keeps. */
export function addMonitors(program: Command): void {
  const monitor = program.command('monitor').description('what watches a live model, again and again');
  monitor
    .command('create')
    .description('begin to run a monitor; the first run is at once')
    .requiredOption('-f, --file <file>', 'a document `sluice: monitor/v1`')
    .option('--replace', 'where there is one of this name, change it')
    .addOption(dryRunOption())
    .addOption(output())
    .action(async (options) => (await import('./commands/monitor.js')).create(options));
  monitor
    .command('list')
    .description('list monitors, with their newest readings where the api answers')
    .option('--service <name>', 'of this service')
    .addOption(output())
    .action(async (options) => (await import('./commands/monitor.js')).list(options));
  monitor
    .command('show <service> <monitor>')
    .description('show a monitor: its schedule, its newest reading and those before')
    .option('--limit <n>', 'readings at most', integerIn(1, 1000), 20)
    .option('--plot <file>', 'draw the features of the newest reading into this file (SVG), those that drifted first')
    .addOption(output())
    .action(async (service, name, options) => (await import('./commands/monitor.js')).show({ service, name }, options));
  for (const [command, meaning] of [
    ['pause', 'no more runs until it is resumed'],
    ['resume', 'run it again'],
  ] as const)
    monitor
      .command(`${command} <service> <monitor>`)
      .description(meaning)
      .option('--reason <text>', 'why', '')
      .addOption(actor('who says so'))
      .addOption(dryRunOption())
      .action(async (service, name, options) =>
        (await import('./commands/monitor.js')).hold(command, { service, name }, options),
      );
  monitor
    .command('run <service> <monitor>')
    .description('run it now, also where it is paused')
    .addOption(dryRunOption())
    .action(async (service, name, options) => (await import('./commands/monitor.js')).run({ service, name }, options));
  monitor
    .command('delete <service> <monitor>')
    .description('end a monitor and drop its readings; its incidents stay')
    .addOption(yes())
    .addOption(dryRunOption())
    .action(async (service, name, options) =>
      (await import('./commands/monitor.js')).remove({ service, name }, options),
    );
}
