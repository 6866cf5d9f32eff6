import { Argument, type Command, Option } from 'commander';
import { SluiceError } from '../domain/errors.js';
import { dryRunOption, HEARD_AS, output, timeout } from './options.js';

/** As commands/init.ts has them, which is loaded when it is run. */
const DOCUMENTS = ['rollout', 'monitor', 'gateway', 'group'];
const DURATION = /^\d+(?:\.\d+)?(?:ms|s|m|h|d)$/;

/** From an empty file to a rollout that runs. */
export function addMaking(program: Command): void {
  addInit(program);
  program
    .command('lint <file...>')
    .description(
      'check rollout specs, groups, monitors and gateway configurations; exit code 2 with file:line:column where one is wrong',
    )
    .addOption(output())
    .action(async (specs, options) => (await import('./commands/lint.js')).lint(specs, options));
  addPlan(program);
  addStart(program);
}

function addInit(program: Command): void {
  program
    .command('init')
    .description('write a rollout spec, monitor, gateway configuration or group: by asking in a terminal, or by flags')
    .addArgument(new Argument('[kind]', 'what to write').choices(DOCUMENTS).default('rollout'))
    .option('--out <file>', 'where to (default: stdout); a file that is there is kept')
    .option('--force', 'write over it')
    .option('-y, --yes', 'no questions: defaults for what flags leave out')
    .option('--service <name>', 'the service, as gateways know it')
    .option('--owner <name>', 'who answers for it (default: $USER)')
    .option('--baseline <version@url>', 'what serves now, such as v1@http://127.0.0.1:8110')
    .option('--candidate <version@url>', 'what is under trial')
    .option('--protocol <kind>', 'open-inference, json or chat')
    .option('--strategy <strategy>', 'canary, ab or shadow')
    .option('--primary <metric>', 'with ab: what decides')
    .option('--approver <names>', 'who may approve, by commas: names or role:<name>')
    .option('--dataset <file>', 'held-out data for the validation suite')
    .option('--name <name>', 'of a monitor or a group')
    .option('--kind <kind>', 'of a monitor: performance, features, model, users, logs, resources or dependencies')
    .option('--url <url>', 'of a monitor of dependencies: what is asked whether it is well')
    .option('--rollouts <files>', 'of a group: rollout specs, by commas')
    .action(async (kind, options) => (await import('./commands/init.js')).init(kind, options));
}

function addPlan(program: Command): void {
  program
    .command('plan <spec>')
    .description(
      'show what a spec would do and see: schedule with windows, approvals, samples at today’s traffic, the smallest regression each step can detect; starts nothing',
    )
    .option('--rps <n>', 'requests a second, instead of what the api has measured', positive)
    .option('--error-rate <share>', 'of the baseline, 0..1; default: as recorded', shareOf)
    .option('--units-per-day <n>', 'new users a day, for the A/B evaluation', positive)
    .option(
      '--primary-value <share>',
      'with --units-per-day and --rps: the primary metric of the baseline, 0..1',
      shareOf,
    )
    .option('--window <duration>', 'how far back traffic is measured (default: 24h)', durationText)
    .option('--offline', 'ask no api')
    .addOption(new Option('-o, --output <format>', 'how to print').choices(['table', 'json', 'yaml']).default('table'))
    .action(async (spec, options) => (await import('./commands/plan.js')).plan(spec, options));
}

function addStart(program: Command): void {
  program
    .command('start <spec>')
    .description('start a rollout')
    .option('--actor <name>', `who starts it (${HEARD_AS})`)
    .addOption(
      new Option('--on-conflict <what>', 'while a rollout of the service runs: be refused, wait, or take its place')
        .choices(['reject', 'queue', 'supersede'])
        .default('reject'),
    )
    .option('--reason <text>', 'with --on-conflict supersede: why, for the ledger', '')
    .option('--wait', 'follow it to its end')
    .addOption(timeout('30d', 'with --wait: give up after this'))
    .addOption(dryRunOption())
    .addOption(output())
    .action(async (spec, options) => (await import('./commands/start.js')).start(spec, options));
}

function positive(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value > 0 && value < 1e12))
    throw new SluiceError('USAGE', `"${text}" is not a number above 0`);
  return value;
}

function shareOf(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value >= 0 && value <= 1))
    throw new SluiceError('USAGE', `"${text}" is not a share in 0..1`);
  return value;
}

/** As the api takes it. */
function durationText(text: string): string {
  if (!DURATION.test(text)) throw new SluiceError('USAGE', `"${text}" is not a duration such as 30m, 24h or 7d`);
  return text;
}
