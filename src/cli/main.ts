#!/usr/bin/env node
import { CommanderError } from 'commander';
import { exitCodeOf, reportError } from './errors.js';
import { guardStream } from './output/plain-text.js';
import { takeNoColor } from './output/style.js';
import { buildProgram } from './program.js';

for (const stream of [process.stdout, process.stderr]) guardStream(stream);
// `sluice list | head` has seen enough.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});
const argv = takeNoColor(process.argv);
try {
  await buildProgram().parseAsync(argv);
} catch (error) {
  // Commander has printed its own complaint already; help and version end with code 0.
  if (!(error instanceof CommanderError)) reportError(error);
  else if (error.exitCode !== 0)
    process.stderr.write(
      `try: ${error.code === 'commander.unknownCommand' ? 'sluice' : 'the same command with'} --help\n`,
    );
  process.exitCode = exitCodeOf(error);
}
