import type { RolloutStatus } from '../../../src/domain/rollout-state.js';

/** Says it in words and with a sign; the colour only repeats it. */
type Tone = 'good' | 'bad' | 'busy' | 'wait' | 'calm';

const STATUSES: Record<RolloutStatus, readonly [Tone, string, string]> = {
  progressing: ['busy', '◔', 'progressing'],
  waiting: ['wait', '◆', 'waiting'],
  paused: ['wait', 'Ⅱ', 'paused'],
  promoted: ['good', '✔', 'promoted'],
  aborted: ['calm', '■', 'aborted'],
  'rolled-back': ['bad', '↩', 'rolled back'],
  failed: ['bad', '✖', 'failed'],
};

const WORDS: Readonly<Record<string, readonly [Tone, string]>> = {
  pass: ['good', '✔'],
  passed: ['good', '✔'],
  fail: ['bad', '✖'],
  failed: ['bad', '✖'],
  inconclusive: ['wait', '?'],
  running: ['busy', '◔'],
  pending: ['calm', '·'],
  skipped: ['calm', '–'],
  open: ['bad', '●'],
  acknowledged: ['wait', '◆'],
  resolved: ['good', '✔'],
  critical: ['bad', '▲'],
  warning: ['wait', '△'],
  superior: ['good', '▲'],
  'non-inferior': ['good', '✔'],
  inferior: ['bad', '▼'],
  improved: ['good', '▲'],
  unharmed: ['good', '✔'],
  harmed: ['bad', '▼'],
};

export function StatusBadge({ status }: { readonly status: RolloutStatus }) {
  const [tone, sign, text] = STATUSES[status] ?? ['calm', '·', status];
  return <Sign tone={tone} sign={sign} text={text} />;
}

/** A verdict, a phase's status, an incident's. */
export function WordBadge({ word }: { readonly word: string }) {
  const [tone, sign] = WORDS[word] ?? ['calm', '·'];
  return <Sign tone={tone} sign={sign} text={word} />;
}

function Sign({ tone, sign, text }: { readonly tone: Tone; readonly sign: string; readonly text: string }) {
  return (
    <span class={`badge ${tone}`}>
      <span aria-hidden="true">{sign}</span> {text}
    </span>
  );
}
