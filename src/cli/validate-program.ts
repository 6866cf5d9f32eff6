import type { Command } from 'commander';
import { collect, integerIn, output } from './options.js';

const REPORT = 'md=FILE, json=FILE or junit=FILE; again for more';

/** The validation suite alone, and the history of what it found. */
export function addValidation(program: Command): void {
  program
    .command('validate')
    .description(
      'run the validation suite of a rollout spec alone, without Temporal; exit code 0 where it passes, 3 where it fails, 5 where it is inconclusive',
    )
    .requiredOption('-f, --file <spec>', 'a rollout spec with phases.validation')
    .option('--report <format=file>', `write a report: ${REPORT}`, collect, [])
    .option('--fresh', 'begin anew, also where a run that was cut could be gone on with')
    .option('--keep', 'keep the report in the history (default: where DATABASE_URL is set)')
    .option('--no-keep', 'do not')
    .addOption(output())
    .action(async (options) => (await import('./commands/validate.js')).validate(options));
  addHistory(program);
}

/** Kept by the api (SLUICE_API). */
function addHistory(program: Command): void {
  const validations = program.command('validations').description('what validation suites have found, by version');
  validations
    .command('list <service>')
    .description('list reports, newest first')
    .option('--candidate <version>', 'of this version only')
    .option('--limit <n>', 'at most this many', integerIn(1, 200), 20)
    .addOption(output())
    .action(async (service, options) => (await import('./commands/validations.js')).list(service, options));
  validations
    .command('show <id>')
    .description('show a report')
    .option('--report <format=file>', `also write it: ${REPORT}`, collect, [])
    .addOption(output())
    .action(async (id, options) => (await import('./commands/validations.js')).show(id, options));
  validations
    .command('diff <from> <to>')
    .description('two reports, check by check')
    .addOption(output())
    .action(async (from, to, options) => (await import('./commands/validations.js')).diff(from, to, options));
}
