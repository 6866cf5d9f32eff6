import { SluiceError } from '../domain/errors.js';
import { FEEDBACK_KINDS } from '../domain/observation.js';

/** What an item of feedback has; a file's columns become these. */
const FIELDS = [
  'predictionId',
  'unitId',
  'service',
  'kind',
  'label',
  'value',
  'feedbackId',
  'item',
  'at',
  'currency',
  'survey',
  'scale',
  'source',
] as const;
type Field = (typeof FIELDS)[number];

/** A row as it stands in the file: by column. */
export type Cells = Readonly<Record<string, unknown>>;

export interface FieldPlan {
  /** The column a field is read from. Without an entry: the one of its name, also as `prediction_id`. */
  readonly columns: ReadonlyMap<Field, string>;
  /** What every row says. */
  readonly constants: ReadonlyMap<Field, string>;
  /** Cells are texts, so that numbers must be read from them. */
  readonly isText: boolean;
}

/**
 * @param maps such as `prediction_id=pid` @param sets such as `kind=label`
 * @throws {SluiceError} USAGE
 */
export function fieldPlan(maps: readonly string[], sets: readonly string[], isText: boolean): FieldPlan {
  const columns = assignments(maps, '--map');
  const constants = assignments(sets, '--set');
  for (const field of constants.keys())
    if (columns.has(field)) throw new SluiceError('USAGE', `${field} is given by --map and by --set`);
  const kind = constants.get('kind');
  if (kind !== undefined && !(FEEDBACK_KINDS as readonly string[]).includes(kind))
    throw new SluiceError('USAGE', `--set kind=${kind}: expected one of ${FEEDBACK_KINDS.join(', ')}`);
  return { columns, constants, isText };
}

/** Columns that a file must have, so that a typing error is found before the first row. */
export function missingColumns({ columns }: FieldPlan, there: readonly string[]): string[] {
  return [...columns.values()].filter((name) => !there.includes(name));
}

/** Columns that nothing is read from. */
export function unusedColumns(plan: FieldPlan, there: readonly string[]): string[] {
  const used = new Set(FIELDS.flatMap((field) => (plan.constants.has(field) ? [] : namesOf(plan, field))));
  return there.filter((name) => !used.has(name));
}

/** @param at turns a text into a field's value @returns an item for the reader of feedback; empty cells are left out */
export function itemOf(cells: Cells, plan: FieldPlan): Record<string, unknown> {
  const item: Record<string, unknown> = {};
  for (const field of FIELDS) {
    const constant = plan.constants.get(field);
    const given = constant ?? firstOf(cells, namesOf(plan, field));
    if (given === undefined || given === null || given === '') continue;
    item[field] = typeof given === 'string' && (plan.isText || constant !== undefined) ? typed(field, given) : given;
  }
  return item;
}

function assignments(texts: readonly string[], option: string): Map<Field, string> {
  const found = new Map<Field, string>();
  for (const text of texts) {
    const equals = text.indexOf('=');
    const field = FIELDS.find((one) => one === text.slice(0, equals) || snake(one) === text.slice(0, equals));
    if (field === undefined || equals === text.length - 1)
      throw new SluiceError('USAGE', `${option} ${text}: expected field=…, where field is one of ${FIELDS.join(', ')}`);
    if (found.has(field)) throw new SluiceError('USAGE', `${option} ${text}: ${field} is given twice`);
    found.set(field, text.slice(equals + 1));
  }
  return found;
}

function namesOf({ columns }: FieldPlan, field: Field): string[] {
  const column = columns.get(field);
  return column === undefined ? [field, snake(field)] : [column];
}

function firstOf(cells: Cells, names: readonly string[]): unknown {
  const name = names.find((one) => Object.hasOwn(cells, one));
  return name === undefined ? undefined : cells[name];
}

/** What is no number stays a text, which the reader then refuses by name. */
function typed(field: Field, text: string): unknown {
  if (field === 'value') return text === 'true' ? true : text === 'false' ? false : numberOr(text);
  if (field === 'scale') return text.split('..').map(numberOr);
  return text;
}

function numberOr(text: string): number | string {
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : text;
}

function snake(field: string): string {
  return field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
