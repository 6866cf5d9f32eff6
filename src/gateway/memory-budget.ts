/** Bytes that others fill: those of all users, or of all answers that are held back. More is refused, so that nobody can fill the memory. */
export class MemoryBudget {
  private bytes = 0;
  private readonly most: number;

  constructor(most: number) {
    this.most = most;
  }

  /** @returns false where there is no room */
  take(bytes: number): boolean {
    if (this.bytes + bytes > this.most) return false;
    this.bytes += bytes;
    return true;
  }

  release(bytes: number): void {
    this.bytes -= bytes;
  }
}
