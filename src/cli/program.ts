import { Command } from 'commander';
import { parseDuration } from '../domain/duration.js';
import { SluiceError } from '../domain/errors.js';
import { addApi } from './api-program.js';
import { addCompletion } from './completion-program.js';
import { addDecisionCommands } from './decision-program.js';
import { addDoctor } from './doctor-program.js';
import { addExamples } from './examples.js';
import { addFeedback } from './feedback-program.js';
import { addFreezes } from './freeze-program.js';
import { addGroups } from './group-program.js';
import { addIncidents } from './incident-program.js';
import { addKeys } from './keys-program.js';
import { addLogs } from './logs-program.js';
import { addMaking } from './making-program.js';
import { addModels } from './models-program.js';
import { addMonitors } from './monitor-program.js';
import { duration } from './options.js';
import { addReports } from './report-program.js';
import { addRuntime } from './runtime-program.js';
import { addSeeing } from './seeing-program.js';
import { addValidation } from './validate-program.js';

/** Each command is loaded when it is run, so that a gateway does not carry a worker in its memory. */
export function buildProgram(): Command {
  const program = new Command('sluice')
    .description('Durable progressive delivery for machine-learning models, on Temporal.')
    .version('0.1.0')
    .option('--no-color', 'no colours, also where NO_COLOR is not set; may stand anywhere')
    .exitOverride()
    // So that a command may have a --version of its own.
    .enablePositionalOptions()
    .configureHelp({ showGlobalOptions: true });
  program.commandsGroup('Prepare and start:');
  addMaking(program);
  addValidation(program);
  program.commandsGroup('Look:');
  addSeeing(program);
  addReports(program);
  addDoctor(program);
  program.commandsGroup('Decide:');
  addDecisionCommands(program);
  addGroups(program);
  addFreezes(program);
  program.commandsGroup('Models, users and what watches them:');
  addModels(program);
  addMonitors(program);
  addIncidents(program);
  addLogs(program);
  addFeedback(program);
  program.commandsGroup('Processes:');
  addProcesses(program);
  addRuntime(program);
  program.commandsGroup('Who is who, and the shell:');
  addKeys(program);
  addForce(program);
  addCompletion(program);
  addExamples(program);
  return program;
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
  addApi(program);
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
