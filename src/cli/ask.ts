import { Writable } from 'node:stream';
import { default as input } from '@inquirer/input';
import { default as select } from '@inquirer/select';
import { SluiceError } from '../domain/errors.js';
import { type Answers, answerFault, isAsked, type Question } from '../init/question.js';
import { Interrupted } from './errors.js';

/** Whether somebody can answer. */
export function canAsk(): boolean {
  return process.stdin.isTTY === true && process.stderr.isTTY === true;
}

/**
 * Asks whether it is meant, where somebody can answer; a script that runs it means it.
 * @param message what will be done, and `Go on?`
 * @throws {SluiceError} USAGE where the answer is no
 * @throws {Interrupted} when it is broken off
 */
export async function assertMeant(message: string): Promise<void> {
  if (!canAsk()) return;
  const answer = await ask({ name: 'go on', message, choices: ['no', 'yes'], standard: () => 'no' }, 'no');
  if (answer !== 'yes') throw new SluiceError('USAGE', 'nothing was done');
}

/**
 * Asks what flags have not answered. Prompts go to stderr: what is written may go to stdout.
 * @throws {SluiceError} USAGE for a flag that is wrong, or answers what is not asked
 * @throws {Interrupted} when it is broken off
 */
export async function askFor(questions: readonly Question[], given: Answers): Promise<Answers> {
  const answers: Record<string, string> = {};
  for (const question of questions) {
    if (!isAsked(question, answers, given)) continue;
    const flag = given[question.name];
    const fault = flag === undefined ? null : answerFault(question, flag);
    if (fault !== null) throw new SluiceError('USAGE', fault);
    answers[question.name] = flag ?? (await ask(question, question.standard(answers))).trim();
  }
  return answers;
}

/** @throws {Interrupted} when it is broken off */
async function ask(question: Question, standard: string | null): Promise<string> {
  const { message, choices } = question;
  const asked =
    choices === undefined
      ? input(
          {
            message,
            ...(standard === null ? {} : { default: standard }),
            validate: (answer) => answerFault(question, answer.trim()) ?? true,
          },
          { output: terminal() },
        )
      : select<string>(
          { message, choices: [...choices], ...(standard === null ? {} : { default: standard }) },
          { output: terminal() },
        );
  return asked.catch((error: unknown) => {
    // Ctrl-C, or the end of what is typed.
    if (!(error instanceof Error && error.name === 'ExitPromptError')) throw error;
    throw new Interrupted('broken off: nothing was done', { cause: error });
  });
}

/** The guard of our streams shows moves of the cursor as text (output/plain-text.ts); prompts have to make them. */
function terminal(): NodeJS.WritableStream {
  const { stderr } = process;
  const write = (Object.getPrototypeOf(stderr) as NodeJS.WriteStream).write.bind(stderr);
  const through = new Writable({
    write(chunk: Uint8Array, _, done) {
      write(chunk);
      done();
    },
  });
  return Object.assign(through, { isTTY: stderr.isTTY, columns: stderr.columns, rows: stderr.rows });
}
