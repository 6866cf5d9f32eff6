import { median } from '../table.js';

/** What one start costs. */
export interface Cost {
  /** Until it has ended, or is ready. */
  readonly wallMs: number;
  readonly cpuMs: number;
  readonly memoryMb: number;
}

export function middleOf(costs: readonly Cost[]): Cost {
  return {
    wallMs: median(costs.map(({ wallMs }) => wallMs)),
    cpuMs: median(costs.map(({ cpuMs }) => cpuMs)),
    memoryMb: median(costs.map(({ memoryMb }) => memoryMb)),
  };
}
