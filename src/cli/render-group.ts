import { describeApproval } from '../domain/approval.js';
import type { GroupState, GroupWave, MemberStatus } from '../domain/group-state.js';

const ICONS: Record<MemberStatus, string> = {
  pending: '◌',
  running: '◐',
  'cut-over': '◕',
  promoted: '✔',
  skipped: '–',
  aborted: '✖',
  'rolled-back': '✖',
  failed: '✖',
};

/** A group as a tree of waves, with what it waits for. */
export function renderGroup(state: GroupState): string {
  const { groupId, name, status, reason, waiting, approval } = state;
  const lines = [`${name}  ${status}`, `  group    ${groupId}`, `  because  ${reason}`];
  if (waiting)
    lines.push(
      `  waits    ${waiting.note} (${waiting.kind}${waiting.until === null ? '' : `, until ${waiting.until}`})`,
    );
  if (approval) lines.push(`  approved ${describeApproval(approval)}`);
  return [...lines, ...state.waves.flatMap(waveLines)].join('\n');
}

function waveLines({ name, status, members }: GroupWave): string[] {
  return [
    `  wave ${name}: ${status}`,
    ...members.map(
      (member) =>
        `    ${ICONS[member.status]} ${member.service}  ${member.versions}  ${member.status}${member.reason === '' ? '' : `: ${member.reason}`}`,
    ),
  ];
}
