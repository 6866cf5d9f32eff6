import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { findProgram } from '../setup/program.js';
import { TOKENS } from './site.js';

const program = findProgram(
  'schemathesis',
  process.env['SCHEMATHESIS'],
  'pip install schemathesis==4.32.5, or set SCHEMATHESIS',
);
const fuzzed = program === null ? test.skip : test;
/** Generated cases of each operation. */
const EXAMPLES = process.env['SCHEMATHESIS_EXAMPLES'] ?? '8';
/** A stranger is refused before anything is read, whatever he sends. */
const EXAMPLES_OF_STRANGER = '3';
const CHECKS = 'not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance';

describe('the served api, fuzzed by its document', () => {
  let server: ChildProcess;
  let url = '';
  beforeAll(async () => {
    if (program === null) return;
    server = spawn(process.execPath, ['--import', 'tsx', 'test/api/serve-for-fuzz.ts'], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const [line] = (await once(server.stdout as NodeJS.ReadableStream, 'data')) as [Buffer];
    url = line.toString().trim();
  }, 180_000);
  afterAll(() => void server?.stdin?.end());

  const fuzz = async (examples: string, ...more: string[]) => {
    const args = [
      'run',
      `${url}/openapi.json`,
      '--checks',
      CHECKS,
      '-n',
      examples,
      '--seed',
      '7',
      '--no-color',
      '--suppress-health-check',
      'all',
    ];
    // A stream of events does not end by itself.
    const child = spawn(program ?? '', [...args, '--exclude-path', '/v1/events', '--request-timeout', '20', ...more], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => {
      said += chunk.toString();
    });
    const [code] = (await once(child, 'exit')) as [number];
    return { code, said };
  };

  fuzzed(
    'no 5xx, no undocumented status, no answer that its schema refuses; as an admin',
    async () => {
      const { code, said } = await fuzz(
        EXAMPLES,
        '--header',
        `Authorization: Bearer ${TOKENS.admin}`,
        '--phases',
        'examples,coverage,fuzzing',
      );
      if (code !== 0) process.stderr.write(`${said}\n`);
      expect(code).toBe(0);
    },
    600_000,
  );

  fuzzed(
    'and as somebody without a token',
    async () => {
      const { code, said } = await fuzz(EXAMPLES_OF_STRANGER, '--phases', 'examples,fuzzing');
      if (code !== 0) process.stderr.write(`${said}\n`);
      expect(code).toBe(0);
    },
    600_000,
  );
});
