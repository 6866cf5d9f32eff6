import type { Command } from 'commander';
import { readConfig } from '../../config.js';
import { knownNames } from '../completion/known-names.js';
import { completionScript, type Shell } from '../completion/scripts.js';
import { complete } from '../completion/words.js';
import { plainText } from '../output/plain-text.js';

export function printScript(shell: Shell): void {
  process.stdout.write(completionScript(shell));
}

/** What the scripts ask: a line a candidate (value, tab, meaning), and whether names of files fit as well. */
export async function printCandidates(program: Command, words: readonly string[]): Promise<void> {
  const { candidates, files } = await complete(program, words, () => knownNames(readConfig().apiUrl));
  const lines = candidates.map(({ value, meaning }) => `${value}\t${plainText(meaning)}\n`);
  process.stdout.write(`${lines.join('')}${files ? ':files' : ':nothing'}\n`);
}
