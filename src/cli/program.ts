import { Command, Option } from 'commander';

import type { Command as RolloutCommand } from '../domain/decision.js';
import { SluiceError } from '../domain/errors.js';
import { parseDuration } from '../domain/spec/duration.js';

/** Each command is loaded when it is run, so that a gateway does not carry a worker in its memory. */
export function buildProgram(): Command {
  const program = new Command('sluice')
    .description('Durable progressive delivery for machine-learning models, on Temporal.')
    .version('0.1.0')
    .exitOverride()
    .configureHelp({ showGlobalOptions: true });
  addRolloutCommands(program);
  addDecisionCommands(program);
  addProcesses(program);
  addForce(program);
  return program;
}

const output = () => new Option('-o, --output <format>', 'how to print').choices(['table', 'json']).default('table');

function addRolloutCommands(program: Command): void {
  program
    .command('lint <file...>')
    .description('check rollout specs and gateway configurations; exit code 2 with file:line:column where one is wrong')
    .addOption(output())
    .action(async (specs, options) => (await import('./commands/lint.js')).lint(specs, options));
  program
    .command('start <spec>')
    .description('start a rollout')
    .option('--actor <name>', 'who starts it', process.env['USER'] ?? 'unknown')
    .option('--wait', 'follow it to its end')
    .option('--timeout <duration>', 'with --wait: give up after this', duration, parseDuration('30d'))
    .addOption(output())
    .action(async (spec, options) => (await import('./commands/start.js')).start(spec, options));
  program
    .command('get <service>')
    .description('show the newest rollout of a service')
    .option('-w, --watch', 'follow it to its end')
    .option('--timeout <duration>', 'with --watch: give up after this', duration, parseDuration('30d'))
    .addOption(output())
    .action(async (service, options) => (await import('./commands/get.js')).get(service, options));
  program
    .command('list')
    .description('list rollouts, newest first')
    .option('--active', 'only those that run')
    .option('--limit <n>', 'at most this many', integer, 50)
    .addOption(output())
    .action(async (options) => (await import('./commands/list.js')).list(options));
}

const MEANINGS = {
  approve: 'say yes to what a rollout waits for',
  reject: 'say no: the rollout is rolled back',
  pause: 'hold all forward moves; guardrails go on',
  resume: 'end a pause',
  abort: 'stop a rollout: all traffic back to the baseline',
  rollback: 'return to the baseline, also after the cutover while it is warm',
  promote: 'pass the gate in progress without its time or evidence; with --full, all gates up to the cutover',
  extend: 'give the gate in progress more time (--for)',
} as const satisfies Record<Exclude<RolloutCommand, 'promote-full'>, string>;

function addDecisionCommands(program: Command): void {
  for (const name of Object.keys(MEANINGS) as (keyof typeof MEANINGS)[]) {
    const command = program
      .command(`${name} <service>`)
      .description(MEANINGS[name])
      .option('--actor <name>', 'who decides', process.env['USER'] ?? 'unknown')
      .option('--reason <text>', 'why, for the ledger', '')
      .option('--decision-id <id>', 'the same id again is the same decision')
      .addOption(output());
    if (name === 'pause') command.option('--for <duration>', 'until it ends by itself', duration);
    if (name === 'extend') command.requiredOption('--for <duration>', 'how much longer', duration);
    if (name === 'promote') command.option('--full', 'all gates up to the cutover (needs the right)');
    command.action(async (service, options) => (await import('./commands/decide.js')).decide(name, service, options));
  }
}

function addProcesses(program: Command): void {
  program
    .command('dev')
    .description('everything on one machine: Temporal dev server, store, api, worker and gateway')
    .requiredOption('--gateway-config <file>', 'services the gateway serves')
    .option('--temporal-port <port>', 'gRPC', integer, 7233)
    .option('--ui-port <port>', 'Temporal Web UI', integer, 8233)
    .option('--gateway-port <port>', 'user traffic', integer, 8080)
    .option('--admin-port <port>', 'gateway admin', integer, 8081)
    .option('--api-port <port>', 'collector and HTTP API', integer, 8090)
    .action(async (options) => (await import('./commands/dev.js')).dev(options));
  program
    .command('worker')
    .description('run workflows and activities (needs DATABASE_URL)')
    .action(async () => (await import('./commands/worker.js')).worker());
  program
    .command('api')
    .description('collector of what gateways record, and HTTP API (needs DATABASE_URL)')
    .option('--host <address>', 'listen on', '127.0.0.1')
    .option('--port <port>', '', integer, 8090)
    .action(async (options) => (await import('./commands/api.js')).api(options));
  program
    .command('gateway')
    .description('the data plane: assigns, forwards, mirrors, records')
    .requiredOption('--config <file>', 'services and what serves them before any rollout')
    .option('--id <name>', 'of this replica', process.env['HOSTNAME'] ?? 'gateway')
    .option('--host <address>', 'listen on', '127.0.0.1')
    .option('--port <port>', 'user traffic', integer, 8080)
    .option('--admin-host <address>', 'admin listens on', '127.0.0.1')
    .option('--admin-port <port>', 'admin', integer, 8081)
    .option('--workers <n>', 'processes that share the port; 1 needs no primary', integer, 1)
    .option(
      '--peers <urls>',
      'admin listeners of the other replicas: asked at the start, told when a brake trips',
      list,
      [],
    )
    .option('--tls-cert <file>', 'certificate of both listeners, PEM (with --tls-key)')
    .option('--tls-key <file>', 'its key, PEM')
    .option('--collector <url>', 'where records go', process.env['SLUICE_COLLECTOR'])
    .option('--access-log <file>', 'a JSON line for each answer')
    .option('--state-dir <folder>', 'routes and spooled records', process.env['SLUICE_STATE_DIR'] ?? '.sluice/gateway')
    .action(async (options) => (await import('./commands/gateway.js')).gateway(options));
}

function list(text: string): string[] {
  return text.split(',').map((part) => part.trim().replace(/\/+$/, ''));
}

function addForce(program: Command): void {
  program
    .command('force <service> <version>')
    .description(
      'print a token for testers: the header x-sluice-force with it chooses the version (needs SLUICE_PREDICTION_KEY)',
    )
    .option('--for <duration>', 'how long it holds', duration, parseDuration('1h'))
    .action(async (service, version, options) =>
      (await import('./commands/force.js')).force(service, version, options.for),
    );
}

function duration(text: string): number {
  const ms = parseDuration(text);
  if (ms === undefined) throw new SluiceError('USAGE', `"${text}" is not a duration such as 30s, 10m or 2h`);
  return ms;
}

function integer(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0 || value > 65_535)
    throw new SluiceError('USAGE', `"${text}" is not an integer in 0..65535`);
  return value;
}
