/** Records that wait for a shipment: so many at most, the oldest first. */
export class RecordList<Item> {
  private items: Item[] = [];
  private readonly most: number;

  constructor(most: number) {
    this.most = most;
  }

  get length(): number {
    return this.items.length;
  }

  /** @returns false where none of them fits, and none was taken */
  add(...items: readonly Item[]): boolean {
    if (this.items.length + items.length > this.most) return false;
    this.items.push(...items);
    return true;
  }

  take(count: number): Item[] {
    const taken = this.items.slice(0, count);
    this.items = this.items.slice(count);
    return taken;
  }
}
