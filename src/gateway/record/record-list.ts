/**
 * Records that wait for a shipment, as JSON texts: so many at most, the oldest first. Each is written down when it is made, since a thousand at
 * once would stop every user for milliseconds.
 */
export class RecordList<Item> {
  private texts: string[] = [];
  private size = 0;
  private readonly most: number;

  constructor(most: number) {
    this.most = most;
  }

  get length(): number {
    return this.texts.length;
  }

  /** Of all texts, in UTF-8. */
  get bytes(): number {
    return this.size;
  }

  /** @returns false where not all of them fit, and none was taken */
  add(...items: readonly Item[]): boolean {
    if (this.texts.length + items.length > this.most) return false;
    for (const item of items) {
      const text = JSON.stringify(item);
      this.texts.push(text);
      this.size += Buffer.byteLength(text);
    }
    return true;
  }

  /** @param bytes that they may have together */
  take(count: number, bytes: number): string[] {
    let [taken, size] = [0, 0];
    for (; taken < Math.min(count, this.texts.length); taken += 1) {
      const next = size + Buffer.byteLength(this.texts[taken] as string);
      if (next > bytes) break;
      size = next;
    }
    this.size -= size;
    const texts = this.texts.slice(0, taken);
    this.texts = this.texts.slice(taken);
    return texts;
  }
}
