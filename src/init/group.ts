import { groupSpec } from '../domain/spec/group-spec.js';
import { serviceName } from '../domain/spec/target.js';
import { ownerQuestion } from './common-questions.js';
import { type Answers, type Draft, faultBy, type Question } from './question.js';
import { scalar } from './scalar.js';

const name: Question = {
  name: 'name',
  message: 'what the group is called; one of a name runs at a time',
  standard: () => null,
  fault: faultBy(serviceName),
};
const rollouts: Question = {
  name: 'rollouts',
  message: 'rollout specs by commas, relative to the group’s file; the first is a wave of its own',
  standard: () => null,
};

/** @param owner who answers for it by default */
export const groupDraft = (owner: string): Draft => ({
  questions: [name, ownerQuestion(owner), rollouts],
  text: groupText,
  schema: groupSpec,
});

function groupText(answers: Answers): string {
  const files = (answers['rollouts'] ?? '')
    .split(',')
    .map((file) => file.trim())
    .filter((file) => file !== '');
  const [first = '', ...rest] = files;
  const second = rest.length === 0 ? [] : ['  - name: rest', `    rollouts: [${rest.map(scalar).join(', ')}]`];
  return `${[
    '# Rollouts of several services, wave after wave: `sluice group start <this file> --wait`. All keys: docs/groups.md.',
    'sluice: group/v1',
    `name: ${scalar(answers['name'] ?? '')}`,
    `owner: ${scalar(answers['owner'] ?? '')}`,
    'onFailure: abort # of one: what runs rolls back, and nothing more starts',
    'waves:',
    '  - name: first',
    `    rollouts: [${scalar(first)}]`,
    ...(rest.length === 0 ? [] : ['    pause: { approval: { timeout: 24h } } # before the next wave']),
    ...second,
  ].join('\n')}\n`;
}
