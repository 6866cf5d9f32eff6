/** Ids that were seen lately: at least the last `most`, at most twice as many. */
export class RecentIds {
  private newer = new Set<string>();
  private older = new Set<string>();
  private readonly most: number;

  constructor(most: number) {
    this.most = most;
  }

  has(id: string): boolean {
    return this.newer.has(id) || this.older.has(id);
  }

  add(id: string): void {
    if (this.newer.size >= this.most) {
      this.older = this.newer;
      this.newer = new Set();
    }
    this.newer.add(id);
  }
}
