export interface InOrder<B, A> {
  /** The next batch; null after the last one. */
  readonly next: () => Promise<B | null>;
  readonly ask: (batch: B) => Promise<A>;
  /** Told of answers in the order of the batches. @returns whether to go on */
  readonly commit: (answer: A) => boolean;
  /** Batches that are asked at a time. */
  readonly limit: number;
  /** Once it says so, no more batches are begun. */
  readonly isEnough: () => boolean;
}

type Outcome<A> = { readonly answer: A } | { readonly error: unknown };

/**
 * Asks for several batches at a time, and takes the answers in order. When it ends, nothing is under way.
 * @returns whether there are no more batches, or `commit` wants none
 * @throws whatever `next` and `ask` throw, once all that came before is committed
 */
export async function inOrder<B, A>({ next, ask, commit, limit, isEnough }: InOrder<B, A>): Promise<boolean> {
  const waiting: Promise<Outcome<A>>[] = [];
  let isLast = false;
  try {
    for (;;) {
      while (!isLast && waiting.length < limit && !isEnough()) {
        const batch = await outcomeOf(next());
        if ('error' in batch) waiting.push(Promise.resolve(batch));
        else if (batch.answer !== null) waiting.push(outcomeOf(ask(batch.answer)));
        isLast = 'error' in batch || batch.answer === null;
      }
      const head = waiting.shift();
      if (head === undefined) return isLast;
      const outcome = await head;
      if ('error' in outcome) throw outcome.error;
      if (!commit(outcome.answer)) return true;
    }
  } finally {
    await Promise.all(waiting);
  }
}

/** Never rejects: a batch may fail long before its turn comes. */
function outcomeOf<A>(asked: Promise<A>): Promise<Outcome<A>> {
  return asked.then(
    (answer) => ({ answer }),
    (error: unknown) => ({ error }),
  );
}
