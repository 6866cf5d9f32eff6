import { serviceName } from '../domain/spec/target.js';
import { addressFault, modelAddress } from './model-address.js';
import { type Answers, faultBy, type Question } from './question.js';
import { scalar } from './scalar.js';

export const PROTOCOLS = ['open-inference', 'json', 'chat'] as const;

export const service: Question = {
  name: 'service',
  message: 'the service, as gateways know it',
  standard: () => null,
  fault: faultBy(serviceName),
};

/** @param owner who answers for it by default */
export const ownerQuestion = (owner: string): Question => ({
  name: 'owner',
  message: 'who answers for it',
  standard: () => owner,
  fault: (answer) => (answer.length <= 100 ? null : 'expected at most 100 characters'),
});

export const baseline: Question = {
  name: 'baseline',
  message: 'the version that serves now, and where: <version>@<url>',
  standard: () => null,
  fault: addressFault,
};

export const protocol: Question = {
  name: 'protocol',
  message: 'what the model servers speak',
  choices: PROTOCOLS,
  standard: () => 'open-inference',
};

/** `{ version: v1, url: http://… }` */
export function targetText(answer: string | undefined): string {
  const address = modelAddress(answer ?? '');
  return address === null ? '{}' : `{ version: ${scalar(address.version)}, url: ${scalar(address.url)} }`;
}

/** What the protocol needs to know, with places to change. */
export function protocolText({ service: name = '', protocol: kind }: Answers): string {
  switch (kind) {
    case 'json':
      return '{ kind: json, path: /predict, features: { pointer: /features }, prediction: /prediction, unitKey: header:x-user-key } # a guess: where your server takes a row, and where its answer is';
    case 'chat':
      return `{ kind: chat, model: ${scalar(name)}, unitKey: header:x-user-key }`;
    default:
      return `{ kind: open-inference, model: ${scalar(name)}, unitKey: header:x-user-key }`;
  }
}
