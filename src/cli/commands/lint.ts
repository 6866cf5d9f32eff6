import { readFile } from 'node:fs/promises';
import { loadGroup } from '../../client/load-group.js';
import { loadMonitor } from '../../client/load-monitor.js';
import { loadSpec } from '../../client/load-spec.js';
import { describeError } from '../../domain/errors.js';
import { versionDraft } from '../../domain/spec/model-version.js';
import { loadGatewayConfig } from '../../gateway/config.js';
import { DocumentError, readDocument } from '../../yaml/read-document.js';
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

/** All kinds of document that users write. A group is checked together with its rollouts. */
async function lintFile(file: string): Promise<void> {
  const text = await readFile(file, 'utf8').catch(() => '');
  const [, kind] = /^sluice: *["']?(gateway|group|monitor|model-version)\//m.exec(text) ?? [];
  if (kind === 'gateway') await loadGatewayConfig(file);
  else if (kind === 'group') await loadGroup(file);
  else if (kind === 'model-version') readDocument(text, versionDraft, file);
  else if (kind === 'monitor') await loadMonitor(file);
  else await loadSpec(file);
}
