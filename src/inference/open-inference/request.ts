import { SluiceError } from '../../domain/errors.js';
import type { Cell, ModelMetadata, Row, TensorMetadata } from '../../ports/model-server.js';
import { LABELS, labelOutput, scoreOutput } from '../../protocols/tensors.js';
import { quoted } from '../model-http.js';
import { datatypeOf } from './datatypes.js';

interface InferRequest {
  readonly inputs: readonly { name: string; shape: number[]; datatype: string; data: Cell[] }[];
  readonly outputs?: readonly { name: string }[];
}

/** An input, and which columns of a row are its. */
interface Slot {
  readonly input: TensorMetadata;
  readonly columns: readonly number[];
}

/** How rows become requests, by what the model says of its inputs. */
export interface RequestPlan {
  /** Whether one request takes many rows. */
  readonly isBatched: boolean;
  /** @throws {SluiceError} DATASET_INVALID naming row, column and value */
  build(rows: readonly Row[]): InferRequest;
}

/**
 * Inputs get their columns by name (`age`; `pixels.0`, `pixels.1` … where an input takes several), else in order. A model without a batch dimension
 * gets one row at a time.
 * @param width columns of a row
 * @throws {SluiceError} DATASET_INVALID where the columns are not those the model takes
 */
export function planRequests(
  name: string,
  { inputs, outputs }: Pick<ModelMetadata, 'inputs' | 'outputs'>,
  width: number,
  columns: readonly string[] | undefined,
): RequestPlan {
  const declared = inputs.length > 0 ? inputs : [{ name: LABELS, datatype: 'FP32', shape: [-1, -1] }];
  const isBatched = declared.every(({ shape }) => shape[0] === -1);
  const slots = slotsOf(name, declared, width, columns, isBatched);
  const wanted = wantedOf(outputs);
  return {
    isBatched,
    build: (rows) => ({
      inputs: slots.map((slot) => tensorOf(name, slot, rows, columns, isBatched)),
      ...(wanted.length === 0 ? {} : { outputs: wanted.map((output) => ({ name: output })) }),
    }),
  };
}

/** The outputs that are read; a server that is asked for none may leave the scores out. */
function wantedOf(outputs: readonly TensorMetadata[]): string[] {
  const names = [labelOutput(outputs)?.name, scoreOutput(outputs)?.name].filter((name) => name !== undefined);
  return [...new Set(names)];
}

function slotsOf(
  name: string,
  inputs: readonly TensorMetadata[],
  width: number,
  columns: readonly string[] | undefined,
  isBatched: boolean,
): Slot[] {
  const named =
    columns === undefined ? null : inputs.map((input) => namedColumns(input, widthOf(input, isBatched), columns));
  if (named?.every((found) => found !== null)) return inputs.map((input, at) => ({ input, columns: named[at] ?? [] }));
  const widths = inputs.map((input) => widthOf(input, isBatched));
  const open = widths.filter((one) => one === null).length;
  const known = widths.reduce<number>((sum, one) => sum + (one ?? 0), 0);
  // One input of unknown width takes what the others leave.
  if (open > 1 || (open === 0 ? known !== width : known >= width))
    throw new SluiceError(
      'DATASET_INVALID',
      `${name}: rows have ${width} columns; its inputs take ${inputs.map(described).join(', ')}`,
    );
  let from = 0;
  return inputs.map((input, at) => {
    const count = widths[at] ?? width - known;
    const slot = { input, columns: Array.from({ length: count }, (_, index) => from + index) };
    from += count;
    return slot;
  });
}

/** Where an input's columns stand by their names; null where they don't. */
function namedColumns(
  { name }: TensorMetadata,
  width: number | null,
  columns: readonly string[],
): readonly number[] | null {
  if (columns.includes(name)) return width === null || width === 1 ? [columns.indexOf(name)] : null;
  const found: number[] = [];
  for (let index = 0; columns.includes(`${name}.${index}`); index += 1) found.push(columns.indexOf(`${name}.${index}`));
  return found.length > 0 && (width === null || width === found.length) ? found : null;
}

/** Values that one row has in an input; null where it takes any number. */
function widthOf({ shape }: TensorMetadata, isBatched: boolean): number | null {
  const ofRow = isBatched ? shape.slice(1) : shape;
  return ofRow.includes(-1) ? null : ofRow.reduce((product, size) => product * size, 1);
}

function tensorOf(
  name: string,
  { input, columns }: Slot,
  rows: readonly Row[],
  names: readonly string[] | undefined,
  isBatched: boolean,
) {
  const { holds, expected } = datatypeOf(name, input);
  const data: Cell[] = [];
  for (let row = 0; row < rows.length; row += 1) {
    const cells = rows[row] as Row;
    for (const column of columns) {
      const value = cells[column] ?? null;
      if (!holds(value))
        throw new SluiceError(
          'DATASET_INVALID',
          `${name}: row ${row}, column ${names?.[column] ?? column} is ${quoted(value)}; input ${input.name} takes ${input.datatype}: ${expected}`,
        );
      data.push(value);
    }
  }
  return {
    name: input.name,
    shape: shapeOf(input, rows.length, columns.length, isBatched),
    datatype: input.datatype,
    data,
  };
}

/** As declared, with what is open filled in: the first open size takes all, others are 1. */
function shapeOf({ shape }: TensorMetadata, rows: number, width: number, isBatched: boolean): number[] {
  const ofRow = isBatched ? shape.slice(1) : [...shape];
  const known = ofRow.filter((size) => size !== -1).reduce((product, size) => product * size, 1);
  const open = ofRow.indexOf(-1);
  const filled = ofRow.map((size, at) => (size !== -1 ? size : at === open ? width / known : 1));
  return isBatched ? [rows, ...filled] : filled;
}

function described({ name, datatype, shape }: TensorMetadata): string {
  return `${name} (${datatype}, [${shape.join(', ')}])`;
}
