import { SluiceError } from '../../domain/errors.js';
import type { JsonProtocol } from '../../domain/protocol.js';
import type { Row } from '../../ports/model-server.js';
import { pointerParts, withValueAt } from '../../protocols/json-pointer.js';
import { quoted } from '../model-http.js';

/**
 * A request with these rows: one row where the protocol knows no batch.
 * @param columns the rows' names; those of the spec are looked up among them, else taken in order
 * @throws {SluiceError} DATASET_INVALID naming row, column and value
 */
export function buildRequest(
  name: string,
  protocol: JsonProtocol,
  rows: readonly Row[],
  id: string,
  columns: readonly string[] | undefined,
): unknown {
  const { batch, features } = protocol;
  const parts = pointerParts(features.pointer);
  const cells = rows.map((row, at) =>
    withValueAt(undefined, parts, featuresOf(name, features.names, row, at, columns)),
  );
  const body = batch === false ? cells[0] : withValueAt(undefined, pointerParts(batch), cells);
  return protocol.id === undefined ? body : withValueAt(body, pointerParts(protocol.id), id);
}

function featuresOf(
  name: string,
  names: readonly string[] | undefined,
  row: Row,
  at: number,
  columns: readonly string[] | undefined,
): unknown {
  const bad = row.findIndex((value) => typeof value === 'number' && !Number.isFinite(value));
  if (bad >= 0)
    throw new SluiceError(
      'DATASET_INVALID',
      `${name}: row ${at}, column ${columns?.[bad] ?? bad} is ${quoted(row[bad])}, which JSON can not say`,
    );
  if (names === undefined) return row;
  const byName = columns !== undefined && names.every((feature) => columns.includes(feature));
  if (!byName && names.length !== row.length)
    throw new SluiceError(
      'DATASET_INVALID',
      `${name}: rows have ${row.length} columns; protocol.features.names has ${names.length}`,
    );
  return Object.fromEntries(
    names.map((feature, index) => [feature, row[byName ? columns.indexOf(feature) : index] ?? null]),
  );
}
