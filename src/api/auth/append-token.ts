import { readFile } from 'node:fs/promises';
import { parseDocument } from 'yaml';
import { describeError, SluiceError } from '../../domain/errors.js';
import { replaceFile } from '../../process/replace-file.js';
import { readDocument } from '../../yaml/read-document.js';
import { type TokenEntry, tokenFile } from './token-file.js';

/**
 * Adds a token to a file, which is made where there is none; comments in it stay. Replaced whole, so that an api that reads it meanwhile reads the
 * old one or the new one.
 * @throws {SluiceError} USAGE where the file is being changed by somebody else, or has a token of this name; SPEC_INVALID where it is no such file
 */
export async function appendToken(path: string, entry: TokenEntry): Promise<void> {
  await replaceFile(path, { mode: 0o600, what: 'tokens' }, async () => {
    const text = await withEntry(path, entry);
    readDocument(text, tokenFile, path);
    return text;
  });
}

async function withEntry(path: string, entry: TokenEntry): Promise<string> {
  const before = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return 'sluice: api-tokens/v1\ntokens: []\n';
    throw new SluiceError('USAGE', `${path}: ${describeError(error)}`, { cause: error });
  });
  const { tokens: others } = readDocument(before, tokenFile, path);
  // Whoever takes a name out of the file must know which token that is.
  if (others.some(({ name }) => name === entry.name))
    throw new SluiceError('USAGE', `--name: ${path} has a token named "${entry.name}" already`);
  const document = parseDocument(before);
  document.addIn(['tokens'], document.createNode(entry));
  // An empty list is written in one line, and would go on so.
  const tokens = document.get('tokens');
  if (typeof tokens === 'object' && tokens !== null && 'flow' in tokens) tokens.flow = false;
  return String(document);
}
