import { Argument, type Command } from 'commander';
import { SHELLS } from './completion/scripts.js';
import { withExamples } from './options.js';

/** Commands, options and names for a shell. */
export function addCompletion(program: Command): void {
  const completion = program
    .command('completion')
    .description('print what a shell reads to complete commands, options, services and rollouts')
    .addArgument(new Argument('<shell>', 'which').choices(SHELLS))
    .action(async (shell) => (await import('./commands/completion.js')).printScript(shell));
  withExamples(completion, 'source <(sluice completion bash)', 'sluice completion fish | source');
  program
    .command('__complete', { hidden: true })
    .argument('[words...]')
    .allowUnknownOption()
    .action(async (words: string[]) => (await import('./commands/completion.js')).printCandidates(program, words));
}
