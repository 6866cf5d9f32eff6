import type { Command } from 'commander';
import { SluiceError } from '../domain/errors.js';
import { localUser } from './local-user.js';
import { output } from './options.js';

/** Commands for when something does not fit together. */
export function addDoctor(program: Command): void {
  program
    .command('doctor')
    .description(
      'compare what gateways, store and Temporal say, and what to do where they differ; exit code 1 for an error',
    )
    .option('--service <name>', 'of this service alone')
    .addOption(output())
    .action(async (options) => (await import('./commands/doctor.js')).doctor(options));
}

interface RollbackOptions {
  readonly actor?: string;
  readonly reason: string;
  readonly decisionId?: string;
  readonly output: string;
  readonly timeout: number;
  readonly dryRun?: boolean;
  readonly force?: boolean;
  readonly to?: string;
  readonly url?: string;
}

/** What `rollback` takes to work without Temporal. Replaces its action. */
export function addForceOptions(rollback: Command): void {
  rollback
    .option('--force', 'on the gateways themselves, without Temporal and workers')
    .option('--to <version>', 'with --force, after a cutover: the version to go back to')
    .option('--url <url>', 'with --to: base URL of its model server')
    .action(async (service: string, { force, to, url, ...options }: RollbackOptions) => {
      if (force !== true && (to !== undefined || url !== undefined))
        throw new SluiceError('USAGE', '--to and --url need --force: a workflow knows its own baseline');
      if (force !== true) return (await import('./commands/decide.js')).decide('rollback', service, options);
      const { actor = localUser() } = options;
      return (await import('./commands/force-rollback.js')).forceServiceBack(service, { ...options, actor, to, url });
    });
}
