import { describeApproval } from '../../src/domain/approval.js';
import type { GroupState } from '../../src/domain/group-state.js';
import { text } from '../details.js';

/** The view as Markdown, for the Web UI: who has got where, what it waits for, and the command that answers. */
export function groupDetails(state: GroupState): string {
  const { name, owner, status, waiting, approval } = state;
  const sections = [`### Group ${name} of ${text(owner)} is ${status}`, text(state.reason)];
  if (waiting) {
    const until = waiting.until === null ? 'until a person decides' : `until ${waiting.until}`;
    sections.push(`**Waits** (${waiting.kind}) ${until}: ${text(waiting.note)}`);
  }
  if (approval) sections.push(`**Approved** ${text(describeApproval(approval))}`);
  if (status === 'waiting')
    sections.push(
      `\`\`\`\nsluice group approve ${name} --actor you --reason "…"\nsluice group abort ${name} --actor you --reason "…"\n\`\`\``,
    );
  const rows = state.waves.flatMap((wave) =>
    wave.members.map(
      (member) =>
        `| ${wave.name} (${wave.status}) | ${member.service} | ${text(member.versions)} | ${member.status} | ${text(member.reason)} |`,
    ),
  );
  sections.push(
    ['| wave | service | versions | status | because |', '| --- | --- | --- | --- | --- |', ...rows].join('\n'),
  );
  return sections.join('\n\n');
}
