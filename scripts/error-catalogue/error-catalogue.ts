import { EXIT_CODES, remedyOf } from '../../src/cli/errors.js';
import { ERROR_CODES, type ErrorCode, SluiceError } from '../../src/domain/errors.js';
import { MEANINGS } from './meanings.js';

const HEAD = `# Errors

<!-- Written by \`npm run error-catalogue\` from src/domain/errors.ts, src/cli/errors.ts and scripts/error-catalogue. -->

Every error has a code that stays the same: the CLI prints it in brackets and with what to try, the api answers it as \`code\` of a problem
(RFC 9457), the ledger has it where a rollout failed. Messages name the value and the limit; they may change, codes do not. No message holds
a secret.

Where a retry can help, clients may ask again with the same \`Idempotency-Key\` or decision id: nothing is done twice.
`;

/** docs/errors.md as Markdown: each code with its status, exit code, meaning and remedy; then the exit codes of the CLI. */
export function errorCatalogue(): string {
  const codes = Object.keys(ERROR_CODES) as ErrorCode[];
  const overview = codes.map((code) => {
    const { httpStatus, exitCode, retryable } = ERROR_CODES[code];
    return `| [\`${code}\`](#${code.toLowerCase()}) | ${httpStatus} | ${exitCode} | ${retryable ? 'yes' : 'no'} |`;
  });
  const exits = EXIT_CODES.map(([code, meaning]) => `| ${code} | ${meaning} |`);
  return [
    HEAD,
    ['| code | HTTP | exit | a retry can help |', '| --- | --- | --- | --- |', ...overview].join('\n'),
    ...codes.map(
      (code) => `\n## ${code}\n\n${MEANINGS[code]}\n\nTry: ${inMarkdown(remedyOf(new SluiceError(code, '')))}.`,
    ),
    '\n## Exit codes of the CLI\n',
    ['| exit | meaning |', '| --- | --- |', ...exits].join('\n'),
    '',
  ].join('\n');
}

/** `<spec>` would be a tag. */
function inMarkdown(text: string): string {
  return text.replaceAll('<', '&lt;').replace(/\.$/, '');
}
