import { none, type Part, part } from '../../domain/report.js';

const LONGEST_SPEC = 200_000;

/** Specs name secrets and don't have them; what somebody has put into a URL all the same stays out of a file that is sent around. */
export function specOf(spec: unknown): Part<unknown> {
  if (spec === null || spec === undefined)
    return none('The spec is not known here: it is the input of the rollout’s workflow.');
  const text = JSON.stringify(spec, (_, value: unknown) =>
    typeof value === 'string' ? withoutUserInfo(value) : value,
  );
  if (text.length > LONGEST_SPEC)
    return none(`The spec has ${text.length} characters, more than the ${LONGEST_SPEC} that are shown.`);
  return part(JSON.parse(text));
}

function withoutUserInfo(text: string): string {
  return text.replaceAll(/\b([a-z][a-z0-9+.-]*:\/\/)[^\s/@]+@/gi, '$1…@');
}
