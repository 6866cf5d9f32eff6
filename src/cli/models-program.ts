import type { Command } from 'commander';
import { actor, collect, integerIn, output } from './options.js';

const REFERENCE = 'such as digits:v2, digits@champion or digits:mv-0123456789abcdef';

/** Model versions, kept by the api (SLUICE_API). */
export function addModels(program: Command): void {
  const models = program
    .command('models')
    .description('model versions: what they are, what they were made from, and the names that point at them');
  addRegister(models);
  models
    .command('list [model]')
    .description('list models, or the versions of one, newest first')
    .option('--limit <n>', 'at most this many', integerIn(1, 200), 50)
    .addOption(output())
    .action(async (model, options) => (await import('./commands/models.js')).list(model, options));
  models
    .command('show <version>')
    .description(`show a version, ${REFERENCE}`)
    .addOption(output())
    .action(async (version, options) => (await import('./commands/models.js')).show(version, options));
  models
    .command('diff <from> <to>')
    .description('what is added, removed and changed between two versions, also of two models')
    .addOption(output())
    .action(async (from, to, options) => (await import('./commands/models.js')).diff(from, to, options));
  models
    .command('lineage <version>')
    .description('the versions that one was made from')
    .option('--descendants', 'those that were made from it instead')
    .option('--depth <n>', 'generations at most', integerIn(1, 50), 10)
    .addOption(output())
    .action(async (version, options) => (await import('./commands/models.js')).lineage(version, options));
  models
    .command('verify <version>')
    .description('read the artifact again, or ask a model server, and compare the digest; exit code 1 where it differs')
    .option('--artifact <place>', 'a file, a folder or a URL, instead of where it was registered')
    .option('--server <url>', 'ask this model server which artifact it serves, instead of reading one')
    .option('--served-as <name>', 'with --server: name on the wire (default: the name of the model)')
    .option('--strict', 'exit code 1 also where nobody can say')
    .addOption(output())
    .action(async (version, options) => (await import('./commands/models.js')).verify(version, options));
  addAlias(models);
}

function addRegister(models: Command): void {
  models
    .command('register')
    .description(
      'register a version for ever; digests are computed here (needs SLUICE_TOKEN or SLUICE_ADMIN_TOKEN where the api asks for one)',
    )
    .option('-f, --file <file>', 'a document model-version/v1; what else is given goes before it')
    .option('--model <name>', 'name of the model')
    .option('--label <version>', 'what the version is called, such as v2')
    .option('--artifact <place>', 'a file, a folder or a URL to read')
    .option('--uri <uri>', 'where it is kept, if not there')
    .option('--code <commit>', 'full git commit, or sha256:…')
    .option('--author <name>', 'who made it')
    .option('--description <text>', 'what people should know of it')
    .option('--param <name=value>', 'a parameter; again for more', collect, [])
    .option('--metric <name=number>', 'a metric; again for more', collect, [])
    .option('--env <package=version>', 'a part of the environment; again for more', collect, [])
    .option('--tag <name=value>', 'a tag; again for more', collect, [])
    .option('--dataset <role:name=place>', 'a data set, by a file or by sha256:…; again for more', collect, [])
    .option('--parent <version>', `what it was made from, ${REFERENCE}; again for more`, collect, [])
    .addOption(output())
    .action(async (options) => (await import('./commands/register-model.js')).register(options));
}

function addAlias(models: Command): void {
  models
    .command('alias <alias> [version]')
    .description('point an alias such as digits@champion at a version; without one, show its history')
    .option('--remove', 'take it away')
    .option('--reason <text>', 'why')
    .option('--expect <id>', 'only if it points at this id now, or at nothing: none')
    .addOption(actor('who decides'))
    .addOption(output())
    .action(async (alias, version, options) => (await import('./commands/models.js')).alias(alias, version, options));
}
