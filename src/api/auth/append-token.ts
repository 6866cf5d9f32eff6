import { open, readFile, rename, unlink } from 'node:fs/promises';
import { parseDocument } from 'yaml';
import { describeError, SluiceError } from '../../domain/errors.js';
import { readDocument } from '../../yaml/read-document.js';
import { type TokenEntry, tokenFile } from './token-file.js';

/**
 * Adds a token to a file, which is made where there is none; comments in it stay. Replaced whole, so that an api that reads it meanwhile reads the
 * old one or the new one.
 * @throws {SluiceError} USAGE where the file is being changed by somebody else; SPEC_INVALID where it is no such file
 */
export async function appendToken(path: string, entry: TokenEntry): Promise<void> {
  const draft = `${path}.new`;
  // Nobody else may hold the draft: of two who add a token at once, one would be lost.
  const file = await open(draft, 'wx', 0o600).catch((error: NodeJS.ErrnoException) => {
    const why = error.code === 'EEXIST' ? 'is there: somebody else changes the tokens' : describeError(error);
    throw new SluiceError('USAGE', `${draft} ${why}`, { cause: error });
  });
  try {
    const text = await withEntry(path, entry);
    readDocument(text, tokenFile, path);
    await file.writeFile(text);
    await file.sync();
    await rename(draft, path);
  } catch (error) {
    await unlink(draft);
    throw error;
  } finally {
    await file.close();
  }
}

async function withEntry(path: string, entry: TokenEntry): Promise<string> {
  const before = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return 'sluice: api-tokens/v1\ntokens: []\n';
    throw new SluiceError('USAGE', `${path}: ${describeError(error)}`, { cause: error });
  });
  readDocument(before, tokenFile, path);
  const document = parseDocument(before);
  document.addIn(['tokens'], document.createNode(entry));
  // An empty list is written in one line, and would go on so.
  const tokens = document.get('tokens');
  if (typeof tokens === 'object' && tokens !== null && 'flow' in tokens) tokens.flow = false;
  return String(document);
}
