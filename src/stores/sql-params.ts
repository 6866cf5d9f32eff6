/** Gathers the parameters of a statement that is put together from parts. */
export class SqlParams {
  readonly values: unknown[] = [];
  private readonly places = new Map<string, string>();

  /** @returns the typed placeholder that stands for the value; the same one for the same value, so that the planner sees them as equal */
  add(value: unknown, type: 'text' | 'int4' | 'int8' | 'float8' | 'timestamptz' | 'text[]'): string {
    const key = `${type}:${JSON.stringify(value)}`;
    const known = this.places.get(key);
    if (known !== undefined) return known;
    this.values.push(value);
    const place = `$${this.values.length}::${type}`;
    this.places.set(key, place);
    return place;
  }
}
