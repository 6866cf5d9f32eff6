import { Command, Option } from 'commander';
import { SluiceError } from '../domain/errors.js';
import { parseDuration } from '../domain/spec/duration.js';
import { addDecisionCommands } from './decision-program.js';
import { addDoctor } from './doctor-program.js';
import { addFeedback } from './feedback-program.js';
import { addFreezes } from './freeze-program.js';
import { addGroups } from './group-program.js';
import { addIncidents } from './incident-program.js';
import { addKeys } from './keys-program.js';
import { addLogs } from './logs-program.js';
import { addModels } from './models-program.js';
import { addMonitors } from './monitor-program.js';
import { duration, output } from './options.js';
import { addReports } from './report-program.js';
import { addRuntime } from './runtime-program.js';
import { addValidation } from './validate-program.js';

/** Each command is loaded when it is run, so that a gateway does not carry a worker in its memory. */
export function buildProgram(): Command {
  const program = new Command('sluice')
    .description('Durable progressive delivery for machine-learning models, on Temporal.')
    .version('0.1.0')
    .exitOverride()
    // So that a command may have a --version of its own.
    .enablePositionalOptions()
    .configureHelp({ showGlobalOptions: true });
  addRolloutCommands(program);
  addDecisionCommands(program);
  addProcesses(program);
  addForce(program);
  addGroups(program);
  addDoctor(program);
  addFreezes(program);
  addModels(program);
  addValidation(program);
  addLogs(program);
  addFeedback(program);
  addMonitors(program);
  addIncidents(program);
  addReports(program);
  addRuntime(program);
  addKeys(program);
  return program;
}

function addRolloutCommands(program: Command): void {
  program
    .command('lint <file...>')
    .description(
      'check rollout specs, groups, monitors and gateway configurations; exit code 2 with file:line:column where one is wrong',
    )
    .addOption(output())
    .action(async (specs, options) => (await import('./commands/lint.js')).lint(specs, options));
  program
    .command('start <spec>')
    .description('start a rollout')
    .option('--actor <name>', 'who starts it (default: whoever signs, else the user)')
    .addOption(
      new Option('--on-conflict <what>', 'while a rollout of the service runs: be refused, wait, or take its place')
        .choices(['reject', 'queue', 'supersede'])
        .default('reject'),
    )
    .option('--reason <text>', 'with --on-conflict supersede: why, for the ledger', '')
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
    .option('--access-log <file>', 'the gateway writes a JSON line for each answer, for `sluice logs follow`')
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

function integer(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0 || value > 65_535)
    throw new SluiceError('USAGE', `"${text}" is not an integer in 0..65535`);
  return value;
}
