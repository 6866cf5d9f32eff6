import { formatQuantity, type Unit } from '../domain/quantity.js';

/** A number with its unit, which stay on one line; a dash where there is none. */
export function withUnit(value: number | null | undefined, unit: Unit): string {
  return formatQuantity(value, unit).replace(' ', '\u{A0}');
}

/** What stands beside an axis. */
export function unitName(unit: Unit): string {
  switch (unit) {
    case 'share':
      return '%';
    case 'ms':
      return 'ms';
    case 'count':
    case null:
      return '';
  }
}

/** ISO to the second, in UTC; what is no time stays as it is. */
export function timeText(at: string): string {
  const ms = Date.parse(at);
  return Number.isNaN(ms) ? at : `${new Date(ms).toISOString().slice(0, 19)}Z`;
}

/** 3 d 4 h, 12 min 5 s. */
export function lengthText(fromIso: string, toIso: string): string {
  const seconds = Math.max(0, Math.round((Date.parse(toIso) - Date.parse(fromIso)) / 1000));
  const parts = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor(seconds / 3600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'min'],
    [seconds % 60, 's'],
  ] as const;
  const first = parts.findIndex(([count]) => count > 0);
  return first === -1
    ? '0 s'
    : parts
        .slice(first, first + 2)
        .map(([count, unit]) => `${count} ${unit}`)
        .join(' ');
}
