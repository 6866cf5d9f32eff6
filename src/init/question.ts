import type { z } from 'zod';
import { SluiceError } from '../domain/errors.js';

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
  /** Whether it is asked at all, by the answers so far. */
  readonly isAsked?: (answers: Answers) => boolean;
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
    const result = schema.safeParse(answer);
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
 * The answers that flags give, with defaults for what they leave out.
 * @throws {SluiceError} USAGE naming every flag that is missing, or the first that is wrong
 */
export function answersFrom(questions: readonly Question[], given: Answers): Answers {
  const answers: Record<string, string> = {};
  const missing: string[] = [];
  for (const question of questions) {
    if (question.isAsked?.(answers) === false) continue;
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
