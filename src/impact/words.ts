/** How a metric's numbers are written. */
export type Unit = 'share' | 'ms' | 'number';

export function formatValue(value: number, unit: Unit): string {
  if (unit === 'share') return `${number(100 * value)} %`;
  return unit === 'ms' ? `${number(value)} ms` : number(value);
}

/** With its sign, and as a part of what it is compared with. */
export function formatChange(effect: number, unit: Unit, relative: number | null): string {
  const part = relative === null ? '' : `, ${signed(100 * relative)} % of what would have been`;
  return `${difference(effect, unit)}${part}`;
}

export function formatInterval([low, high]: readonly [number, number], unit: Unit): string {
  return `${difference(low, unit)} to ${difference(high, unit)}`;
}

/** A difference of shares is in percentage points. */
function difference(value: number, unit: Unit): string {
  if (unit === 'share') return `${signed(100 * value)} pp`;
  return unit === 'ms' ? `${signed(value)} ms` : signed(value);
}

function signed(value: number): string {
  return value > 0 ? `+${number(value)}` : number(value).replace('-', '−');
}

function number(value: number): string {
  if (value === 0) return '0';
  return Math.abs(value) >= 1000 ? value.toFixed(0) : String(Number(value.toPrecision(3)));
}
