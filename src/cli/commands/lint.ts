import { readFile } from 'node:fs/promises';
import { loadSpec } from '../../client/load-spec.js';
import { describeError } from '../../domain/errors.js';
import { loadGatewayConfig } from '../../gateway/config.js';
import { DocumentError } from '../../yaml/read-document.js';
import { exitCodeOf } from '../errors.js';

/** Checks every file, also after a bad one. */
export async function lint(files: readonly string[], { output }: { output: string }): Promise<void> {
  const results = await Promise.all(
    files.map(async (file) => {
      try {
        await lintFile(file);
        return { file, ok: true, issues: [] };
      } catch (error) {
        process.exitCode = Math.max(Number(process.exitCode ?? 0), exitCodeOf(error));
        const issues =
          error instanceof DocumentError
            ? error.issues
            : [{ line: 1, column: 1, path: '', message: describeError(error) }];
        return { file, ok: false, issues };
      }
    }),
  );
  if (output === 'json') return void process.stdout.write(`${JSON.stringify(results, null, 2)}\n`);
  for (const { file, ok, issues } of results) {
    if (ok) process.stdout.write(`${file}: ok\n`);
    for (const { line, column, path, message } of issues)
      process.stdout.write(`${file}:${line}:${column}: ${path === '' ? '' : `${path}: `}${message}\n`);
  }
}

/** Both kinds of document that users write. */
async function lintFile(file: string): Promise<void> {
  const text = await readFile(file, 'utf8').catch(() => '');
  await (/^sluice: *["']?gateway\//m.test(text) ? loadGatewayConfig(file) : loadSpec(file));
}
