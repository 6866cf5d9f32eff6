import type { z } from 'zod';
import { SluiceError } from '../domain/errors.js';
import { plainWords } from '../domain/plain-words.js';

/** What was answered, by the question's name. */
export type Answers = Readonly<Record<string, string>>;

/** One thing that a document needs to know. Flags and prompts ask the same. */
export interface Question {
  /** As a flag: `--baseline`. */
  readonly name: string;
  readonly message: string;
  readonly choices?: readonly string[];
  /** Null: it must be answered. */
  readonly standard: (answers: Answers) => string | null;
  /** What is wrong with an answer; null where nothing is. */
  readonly fault?: (answer: string) => string | null;
  /** Asked only where another question, which comes before, has this answer. */
  readonly onlyWith?: { readonly question: string; readonly answer: string };
}

/** A document that `init` can write. */
export interface Draft {
  readonly questions: readonly Question[];
  readonly text: (answers: Answers) => string;
  readonly schema: z.ZodType;
}

/** What a zod schema says of an answer. */
export function faultBy(schema: z.ZodType): (answer: string) => string | null {
  return (answer) => {
    const result = schema.safeParse(answer, { error: plainWords });
    return result.success ? null : (result.error.issues[0]?.message ?? 'not a valid value');
  };
}

/** @returns what is wrong with an answer, the value named; null where nothing is */
export function answerFault({ name, choices, fault }: Question, answer: string): string | null {
  if (choices && !choices.includes(answer)) return `${name}: "${answer}" is none of ${choices.join(', ')}`;
  const wrong = answer === '' ? 'expected an answer' : (fault?.(answer) ?? null);
  return wrong === null ? null : `${name}: "${answer.slice(0, 100)}": ${wrong}`;
}

/**
 * Whether a question is asked at all.
 * @param answers those so far
 * @param given by flags
 * @throws {SluiceError} USAGE for a flag that answers what is not asked: it would be forgotten in silence
 */
export function isAsked({ name, onlyWith }: Question, answers: Answers, given: Answers): boolean {
  if (onlyWith === undefined) return true;
  const { question, answer } = onlyWith;
  if (answers[question] === answer) return true;
  if (given[name] === undefined) return false;
  throw new SluiceError('USAGE', `--${name} goes with --${question} ${answer}, not with ${answers[question]}`);
}

/**
 * The answers that flags give, with defaults for what they leave out.
 * @throws {SluiceError} USAGE naming every flag that is missing, or the first that is wrong
 */
export function answersFrom(questions: readonly Question[], given: Answers): Answers {
  const answers: Record<string, string> = {};
  const missing: string[] = [];
  for (const question of questions) {
    if (!isAsked(question, answers, given)) continue;
    const answer = given[question.name] ?? question.standard(answers);
    if (answer === null) {
      missing.push(`--${question.name} (${question.message})`);
      continue;
    }
    const fault = answerFault(question, answer);
    if (fault !== null) throw new SluiceError('USAGE', fault);
    answers[question.name] = answer;
  }
  if (missing.length > 0)
    throw new SluiceError('USAGE', `missing: ${missing.join(', ')}; in a terminal, without --yes, they are asked for`);
  return answers;
}
