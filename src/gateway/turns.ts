/** Works that must not run beside each other: one after the other, as they were asked for. One that fails keeps no other from its turn. */
export class Turns {
  private last: Promise<unknown> = Promise.resolve();

  /** @throws what `work` throws */
  take<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.last.then(work, work);
    this.last = mine;
    return mine;
  }

  /** Waits for all that was asked for. @throws what the last of them has thrown */
  async over(): Promise<void> {
    await this.last;
  }

  /** Waits as well; what failed was told to whoever asked for it. */
  async close(): Promise<void> {
    await this.over().catch(() => undefined);
  }
}
