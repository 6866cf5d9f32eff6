import { cutText } from '../../domain/cut-text.js';
import { formatNumber } from '../../domain/quantity.js';
import type { CheckResult } from '../../domain/validation.js';
import { fenced, markdownTable, plainText } from '../../markdown/text.js';

const MOST_CLASSES = 20;
const MOST_ROWS = 50;
const LONGEST_BLOCK = 4_000;

/** Shown also of what passed: they say how good it is. */
const ALWAYS = new Set(['calibration', 'byClass']);

/** What checks show beside their numbers. What several of them share, such as a confusion matrix, is shown once. */
export function detailSections(checks: readonly CheckResult[]): string[] {
  const shown = new Set<string>();
  return checks.flatMap(({ name, verdict, details = {} }) => {
    const matrix = confusionOf(details);
    const others = matrix === null ? details : without(details, ['classes', 'confusion']);
    const told = Object.entries(others).filter(([key]) => verdict !== 'pass' || ALWAYS.has(key));
    const blocks = [
      ...(matrix === null ? [] : [matrixTable(matrix)]),
      ...told.map(([key, value]) => describe(key, value)),
    ];
    const fresh = blocks.filter((block) => block !== '' && !shown.has(block));
    for (const block of fresh) shown.add(block);
    return fresh.length === 0 ? [] : [`## Details of ${plainText(name)}`, ...fresh];
  });
}

function without(details: Readonly<Record<string, unknown>>, keys: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(details).filter(([key]) => !keys.includes(key)));
}

interface Confusion {
  readonly classes: readonly string[];
  /** A row a true class, a column a predicted one. */
  readonly confusion: readonly (readonly number[])[];
}

function confusionOf({ classes, confusion }: Readonly<Record<string, unknown>>): Confusion | null {
  const isMatrix = Array.isArray(confusion) && confusion.every((row) => Array.isArray(row));
  return isMatrix && Array.isArray(classes) ? { classes: classes.map(String), confusion } : null;
}

function matrixTable({ classes, confusion }: Confusion): string {
  if (classes.length > MOST_CLASSES)
    return `The confusion matrix of ${classes.length} classes is in the JSON report: tables end at ${MOST_CLASSES}.`;
  const rows = confusion.map((row, i) => [
    `**${plainText(classes[i] ?? '')}**`,
    ...row.map((count, j) => (i === j ? `**${count}**` : String(count))),
  ]);
  return markdownTable(['true \\\\ predicted', ...classes.map(plainText)], rows);
}

/** Lists of flat things as tables, single values as a line, all else as JSON; empty where there is nothing. */
function describe(key: string, value: unknown): string {
  if (value === null || typeof value !== 'object') return `${plainText(key)}: ${plainText(String(value))}`;
  if (isTable(value)) {
    if (value.length === 0) return '';
    const header = [...new Set(value.flatMap((row) => Object.keys(row)))];
    const rows = value.slice(0, MOST_ROWS).map((row) => header.map((column) => plainText(cellText(row[column]))));
    return `${plainText(key)}:\n\n${markdownTable(header.map(plainText), rows)}`;
  }
  const json = JSON.stringify(value, null, 1);
  return `${plainText(key)}:\n\n${fenced(cutText(json, LONGEST_BLOCK), 'json')}`;
}

function cellText(cell: string | number | boolean | null | undefined): string {
  return typeof cell === 'number' ? formatNumber(cell) : String(cell ?? '');
}

function isTable(value: object): value is Record<string, string | number | boolean | null>[] {
  const isFlat = (row: unknown) =>
    typeof row === 'object' &&
    row !== null &&
    !Array.isArray(row) &&
    Object.values(row).every((cell) => cell === null || typeof cell !== 'object');
  return Array.isArray(value) && value.every(isFlat);
}
