import type { Command } from 'commander';

/** What became of a rollout, as files. */
export function addReports(program: Command): void {
  program
    .command('report <rollout>')
    .description(
      'write the report of a rollout, by its id or of the newest of a service, as one HTML file (asks the api)',
    )
    .option('-o, --output <file>', 'where the page goes; - is standard output')
    .option('--json <file>', 'where its JSON twin goes; - is standard output')
    .action(async (rollout, options) => (await import('./commands/report.js')).report(rollout, options));
  program
    .command('plot <rollout>')
    .description('draw one metric over time by version (asks the api)')
    .requiredOption('--metric <name>', 'such as accuracy, error_rate, latency_p99, requests, conversion')
    .requiredOption('-o, --output <file>', 'an .svg or a .png')
    .action(async (rollout, options) => (await import('./commands/plot.js')).plot(rollout, options));
}
