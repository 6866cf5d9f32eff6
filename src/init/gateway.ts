import { gatewayConfig } from '../gateway/config.js';
import { baseline, protocol, protocolText, service, targetText } from './common-questions.js';
import type { Answers, Draft } from './question.js';
import { scalar } from './scalar.js';

export const gatewayDraft: Draft = {
  questions: [service, baseline, protocol],
  text: gatewayText,
  schema: gatewayConfig,
};

function gatewayText(answers: Answers): string {
  return `${[
    '# What the gateway serves before any rollout; each rollout’s route replaces its service’s baseline. Start it with',
    '# `sluice gateway --config <this file>`, or all on one machine with `sluice dev --gateway-config <this file>`.',
    'sluice: gateway/v1',
    'services:',
    `  - service: ${scalar(answers['service'] ?? '')}`,
    `    baseline: ${targetText(answers['baseline'])}`,
    `    protocol: ${protocolText(answers)}`,
    'predictionSample: 1 # share of predictions that are recorded one by one; all are counted',
  ].join('\n')}\n`;
}
