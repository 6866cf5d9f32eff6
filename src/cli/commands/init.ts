import { writeFile } from 'node:fs/promises';
import { describeError, SluiceError } from '../../domain/errors.js';
import { gatewayDraft } from '../../init/gateway.js';
import { groupDraft } from '../../init/group.js';
import { monitorDraft } from '../../init/monitor.js';
import { type Answers, answersFrom, type Draft } from '../../init/question.js';
import { rolloutDraft } from '../../init/rollout.js';
import { readDocument } from '../../yaml/read-document.js';
import { askFor, canAsk } from '../ask.js';
import { localUser } from '../local-user.js';
import { say } from '../output/say.js';

export type DocumentKind = 'rollout' | 'monitor' | 'gateway' | 'group';

export interface InitOptions {
  /** Where to; absent: to stdout. */
  readonly out?: string;
  readonly force?: boolean;
  /** No questions: defaults for what flags leave out. */
  readonly yes?: boolean;
  /** Answers by flag. */
  readonly [answer: string]: string | boolean | undefined;
}

/** Writes a document by asking, or by flags. What it writes is checked before. */
export async function init(kind: DocumentKind, options: InitOptions): Promise<void> {
  const { out, force, yes } = options;
  const draft = draftOf(kind);
  const given = givenIn(kind, draft, options);
  const answers = yes !== true && canAsk() ? await askFor(draft.questions, given) : answersFrom(draft.questions, given);
  const text = draft.text(answers);
  readDocument(text, draft.schema, out ?? `${kind}.yaml`);
  if (out === undefined) return void process.stdout.write(text);
  await writeNew(out, text, force === true);
  say(`wrote ${out}; next: ${nextOf(kind, out)}`);
}

function draftOf(kind: DocumentKind): Draft {
  const user = localUser();
  switch (kind) {
    case 'rollout':
      return rolloutDraft(user);
    case 'monitor':
      return monitorDraft;
    case 'gateway':
      return gatewayDraft;
    case 'group':
      return groupDraft(user);
  }
}

/** @throws {SluiceError} USAGE for a flag that this kind has no question for: it would be forgotten in silence */
function givenIn(kind: DocumentKind, { questions }: Draft, options: InitOptions): Answers {
  const names = questions.map(({ name }) => name);
  const given = Object.entries(options).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string' && entry[0] !== 'out',
  );
  for (const [name] of given)
    if (!names.includes(name))
      throw new SluiceError('USAGE', `init ${kind} has no --${name}; it takes --${names.join(', --')}`);
  return Object.fromEntries(given);
}

async function writeNew(out: string, text: string, force: boolean): Promise<void> {
  await writeFile(out, text, { flag: force ? 'w' : 'wx' }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'EEXIST')
      throw new SluiceError('USAGE', `${out} is there already: another name, or --force to write over it`);
    throw new SluiceError('USAGE', `${out} can't be written: ${describeError(error)}`, { cause: error });
  });
}

function nextOf(kind: DocumentKind, out: string): string {
  switch (kind) {
    case 'rollout':
      return `sluice plan ${out}`;
    case 'monitor':
      return `sluice monitor create -f ${out}`;
    case 'gateway':
      return `sluice dev --gateway-config ${out}`;
    case 'group':
      return `sluice lint ${out}`;
  }
}
