import type { DatasetColumns } from '../../../src/ports/dataset.js';
import type { Prediction } from '../../../src/ports/model-server.js';
import { seededRandom } from '../../../src/stats/sample/random.js';
import type { AnsweredRow } from '../../../src/validation/answered-row.js';

export const COLUMNS: DatasetColumns = { features: ['x'], label: 'label', fields: ['region', 'yesterday'] };

export function answer(label: string, scores: readonly number[] | null = null): Prediction {
  const value = Number(label);
  return { label, scores, value: label.trim() !== '' && Number.isFinite(value) ? value : null };
}

/** A row with a label, what the candidate answered, and what else there is to it. */
export function row(
  index: number,
  label: string | null,
  candidate: Prediction,
  more: Partial<AnsweredRow> = {},
): AnsweredRow {
  return { index, features: [index], label, fields: {}, candidate, baseline: null, ...more };
}

/** Rows of a model of some classes that is right about four times in five. The same for the same place, wherever one begins. */
export function classified(from: number, to: number, classes: readonly string[]): AnsweredRow[] {
  return Array.from({ length: to - from }, (_, i) => {
    const index = from + i;
    const random = seededRandom(index * 7919 + 1);
    const truth = Math.floor(random() * classes.length);
    const regions = ['eu', 'us', 'asia'];
    return row(index, classes[truth] as string, scored(classes, truth, random), {
      baseline: scored(classes, truth, random),
      fields: { region: regions[Math.floor(random() * 3)] as string, yesterday: classes[truth] as string },
    });
  });
}

function scored(classes: readonly string[], truth: number, random: () => number): Prediction {
  const raw = classes.map((_, at) => random() + (at === truth ? 0.6 : 0));
  const total = raw.reduce((sum, score) => sum + score, 0);
  const best = raw.indexOf(Math.max(...raw));
  return answer(
    classes[best] as string,
    raw.map((score) => score / total),
  );
}
