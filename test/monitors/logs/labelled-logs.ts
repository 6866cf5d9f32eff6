import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';

export interface LabelledLog {
  readonly name: string;
  readonly messages: readonly string[];
  /** By message the name of its true template. */
  readonly truth: readonly string[];
}

/** Loghub's form: `<name>_2k.log_structured.csv` with the columns Content and EventId. */
export function labelledLogs(folder: string): LabelledLog[] {
  if (!existsSync(folder)) return [];
  const files = readdirSync(folder).filter((file) => file.endsWith('_structured.csv'));
  return files.toSorted().map((file) => {
    const rows = parse(readFileSync(join(folder, file)), { bom: true, columns: true }) as Record<string, string>[];
    return {
      name: file.replace(/(?:_2k)?\.log_structured\.csv$/, ''),
      messages: rows.map((row) => row['Content'] ?? ''),
      truth: rows.map((row) => row['EventId'] ?? ''),
    };
  });
}
