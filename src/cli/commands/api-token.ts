import { appendToken } from '../../api/auth/append-token.js';
import { newToken, readTokens } from '../../api/auth/token-file.js';
import { ROLES } from '../../api/schema/common.js';
import { INTAKE } from '../../domain/api-role.js';
import { SluiceError } from '../../domain/errors.js';

export interface CreateTokenOptions {
  readonly name: string;
  readonly subject?: string;
  readonly role: readonly string[];
  /** Milliseconds. */
  readonly expires?: number;
  readonly file?: string;
}

/** Prints the token, once: the file keeps its digest only. */
export async function createApiToken(options: CreateTokenOptions): Promise<void> {
  const { name, subject = name, role, expires } = options;
  const known: readonly string[] = [INTAKE, ...ROLES];
  if (!role.some((one) => known.includes(one)))
    throw new SluiceError(
      'USAGE',
      `--role: expected one of ${known.join(', ')} at least, got ${role.join(', ') || 'none'}`,
    );
  const path = fileOf(options.file);
  const { token, sha256 } = newToken();
  const until = expires === undefined ? {} : { expires: new Date(Date.now() + expires).toISOString() };
  await appendToken(path, { name, subject, roles: [...new Set(role)], sha256, ...until });
  process.stderr.write(`kept as a digest in ${path}; this is shown once:\n`);
  process.stdout.write(`${token}\n`);
}

/** Who has tokens; the tokens themselves are nowhere. */
export function listApiTokens(options: { readonly file?: string; readonly output: string }): void {
  const tokens = readTokens(fileOf(options.file)).map(({ sha256, ...shown }) => ({
    ...shown,
    digest: sha256.slice(0, 12),
  }));
  if (options.output === 'json') {
    process.stdout.write(`${JSON.stringify(tokens, null, 2)}\n`);
    return;
  }
  for (const { name, subject, roles, expires, digest } of tokens)
    process.stdout.write(`${digest}  ${name}  ${subject}  ${roles.join(',')}  ${expires ?? 'never expires'}\n`);
}

function fileOf(given: string | undefined): string {
  const path = given ?? process.env['SLUICE_API_TOKENS'];
  if (path !== undefined && path !== '') return path;
  throw new SluiceError('USAGE', 'which file? --file <path>, or SLUICE_API_TOKENS, as the api reads it');
}
