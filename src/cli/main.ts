#!/usr/bin/env node
import { CommanderError } from 'commander';
import { exitCodeOf, reportError } from './errors.js';
import { buildProgram } from './program.js';

try {
  await buildProgram().parseAsync(process.argv);
} catch (error) {
  // Commander has printed its own complaint already; help and version end with code 0.
  if (!(error instanceof CommanderError)) reportError(error);
  process.exitCode = exitCodeOf(error);
}
