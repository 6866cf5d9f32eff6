import type { SuiteProgress } from '../../validation/suite.js';
import { plainText, writeUnguarded } from '../output/plain-text.js';

/** Shows how far a suite is. */
export interface ProgressLine {
  update(progress: SuiteProgress): void;
  /** Takes the line away. */
  end(): void;
}

const PLAIN_EVERY_MS = 10_000;

/** One line that is written over on a terminal; elsewhere a line for each stage, and one now and then. */
export function progressLine(stream: NodeJS.WriteStream, now: () => number = () => performance.now()): ProgressLine {
  let [stage, saidAt] = ['', Number.NEGATIVE_INFINITY];
  return {
    update(progress) {
      const text = describe(progress);
      if (stream.isTTY) return writeUnguarded(stream, `\r\u001b[K${text.slice(0, Math.max(1, stream.columns - 1))}`);
      if (progress.stage === stage && now() - saidAt < PLAIN_EVERY_MS) return;
      [stage, saidAt] = [progress.stage, now()];
      stream.write(`${text}\n`);
    },
    end() {
      if (stream.isTTY) writeUnguarded(stream, '\r\u001b[K');
    },
  };
}

function describe({ stage, rows, of }: SuiteProgress): string {
  return `${plainText(stage.replace(/\p{Cc}+/gu, ' '))}: ${rows}${of === null ? '' : ` of ${of}`} rows`;
}
