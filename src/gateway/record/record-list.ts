/**
 * Records that wait for a shipment, as JSON texts: so many at most, the oldest first. Each is written down when it is made, since a thousand at
 * once would stop every user for milliseconds.
 */
export class RecordList<Item> {
  private texts: string[] = [];
  private readonly most: number;

  constructor(most: number) {
    this.most = most;
  }

  get length(): number {
    return this.texts.length;
  }

  /** @returns false where not all of them fit, and none was taken */
  add(...items: readonly Item[]): boolean {
    if (this.texts.length + items.length > this.most) return false;
    for (const item of items) this.texts.push(JSON.stringify(item));
    return true;
  }

  take(count: number): string[] {
    const taken = this.texts.slice(0, count);
    this.texts = this.texts.slice(count);
    return taken;
  }
}
