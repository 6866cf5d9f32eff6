import type { Command } from 'commander';
import { output } from './options.js';

/** Commands about who somebody is. */
export function addKeys(program: Command): void {
  const keys = program.command('keys').description('keys that prove who decides (docs/identity.md)');
  keys
    .command('create <subject>')
    .description('write a private key that only you may read, and print its public part for the key set')
    .option('--role <name>', 'a role the holder may claim; may be given again', (role, roles) => [...roles, role], [
      ...NONE,
    ])
    .option('--issuer', 'a key of a service that vouches for others, such as an api behind single sign-on')
    .option('--out <file>', 'where the private key goes (default: <subject>.key.json in SLUICE_STATE_DIR)')
    .option('--keyset <file>', 'add the public part to this key set')
    .action(async (subject, options) => (await import('./commands/keys.js')).createKey(subject, options));
  program
    .command('whoami')
    .description('show as whom commands are heard (SLUICE_IDENTITY, SLUICE_TOKEN)')
    .addOption(output())
    .action(async (options) => (await import('./commands/whoami.js')).whoami(options));
}

const NONE: readonly string[] = [];
