import type { DatasetSchema } from '../domain/spec/dataset.js';
import type { DatasetColumns } from '../ports/dataset.js';
import { listed } from './dataset-fault.js';

/** A column and where its cell stands in a row as stored. */
export interface Column {
  readonly name: string;
  readonly position: number;
}

export interface ColumnPlan {
  readonly features: readonly Column[];
  readonly label: Column | null;
  readonly fields: readonly Column[];
}

const LABEL = 'label';

/**
 * What each column is for: the label, features in the order asked for (by default all others), and the rest, which are fields.
 * @param names the columns as stored
 * @throws {RangeError} naming the column
 */
export function planColumns(names: readonly string[], schema: DatasetSchema = {}): ColumnPlan {
  const positions = positionsOf(names);
  const find = (name: string, as: string): Column => {
    const position = positions.get(name);
    if (position === undefined) throw new RangeError(`no column ${name} (${as}); there are: ${listed(names)}`);
    return { name, position };
  };
  const label = schema.label === null ? null : find(schema.label ?? LABEL, 'the label');
  // A name that is not there is refused here as well: what should have been left out would be a feature.
  const ignored = new Set((schema.ignore ?? []).map((name) => find(name, 'to ignore').name));
  if (label !== null && ignored.has(label.name)) throw new RangeError(`column ${label.name} is the label and ignored`);
  const others = names.filter((name) => name !== label?.name && !ignored.has(name));
  const wanted = schema.features ?? others;
  const features = wanted.map((name) => find(name, 'a feature'));
  const used = new Set(wanted);
  if (used.size < wanted.length) throw new RangeError('a feature is named twice');
  for (const name of used)
    if (name === label?.name || ignored.has(name))
      throw new RangeError(`column ${name} is a feature and ${name === label?.name ? 'the label' : 'ignored'}`);
  // None on purpose: of a language model, where what it gets is a text.
  if (features.length === 0 && schema.features === undefined)
    throw new RangeError(`no features; there are: ${listed(names)}`);
  return { features, label, fields: others.filter((name) => !used.has(name)).map((name) => find(name, 'a field')) };
}

export function columnNames({ features, label, fields }: ColumnPlan): DatasetColumns {
  return {
    features: features.map(({ name }) => name),
    label: label?.name ?? null,
    fields: fields.map(({ name }) => name),
  };
}

function positionsOf(names: readonly string[]): Map<string, number> {
  const positions = new Map<string, number>();
  for (const [position, name] of names.entries()) {
    if (name === '') throw new RangeError(`column ${position + 1} of ${names.length} has no name`);
    if (positions.has(name)) throw new RangeError(`column ${name} is there twice`);
    positions.set(name, position);
  }
  return positions;
}
