import type { Explanation, Point } from './explain/explanation.js';
import { STATUS_SIGNS } from './icons.js';
import { plainly } from './output/plain-text.js';
import { PLAIN, type Style, type Tone } from './output/style.js';
import { timeLeft } from './output/time-text.js';

const EFFECTS: Readonly<Record<Point['effect'], readonly [icon: string, tone: Tone]>> = {
  holds: ['●', 'warn'],
  watch: ['○', 'dim'],
  ok: ['✔', 'good'],
};

/** One line for each thing that has a say, with the commands that would move it. */
export function renderExplanation(given: Explanation, now: number, style: Style = PLAIN): string {
  const { service, rolloutId, status, why, points, next, eta } = plainly(given);
  const { icon, tone, word } = STATUS_SIGNS[status];
  const width = Math.max(0, ...points.map(({ kind }) => kind.length));
  return [
    `${style.bold(service)}  ${style[tone](`${icon} ${word}`)}  ${rolloutId}`,
    `  ${style.dim('why ')}  ${why}`,
    ...points.map((point) => `  ${lineOf(point, width, style)}`),
    ...(next === null ? [] : [`  ${style.dim('then')}  ${next}`]),
    ...(eta === null ? [] : [`  ${style.dim('ends')}  ${eta} at the earliest (${timeLeft(eta, now)})`]),
  ].join('\n');
}

function lineOf({ kind, effect, text, commands }: Point, width: number, style: Style): string {
  const [icon, tone] = EFFECTS[effect];
  const moves = commands.length === 0 ? '' : `  ${style.accent(`→ ${commands.join(' | ')}`)}`;
  return `${style[tone](icon)} ${kind.padEnd(width)}  ${text}${moves}`;
}
