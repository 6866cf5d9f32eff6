import { z } from 'zod';
import { isCurrency, RATING_SCALE, type Scale, SURVEY_SCALES } from '../domain/feedback.js';
import { FEEDBACK_KINDS, isYesOrNo, LARGEST_VALUE, LONGEST_UNIT } from '../domain/observation.js';
import { serviceName } from '../domain/spec/target.js';

const LARGEST_ON_SCALE = 1e6;

const text = z
  .string()
  .min(1)
  .max(200)
  .refine((value) => !value.includes('\0'), 'NUL is not text');
const name = z.string().regex(/^[a-z0-9][a-z0-9._-]{0,62}$/, 'expected 1 to 63 lower-case letters, digits, . _ -');

/** What is sent: of a prediction (`predictionId`), or of what a unit did (`unitId`, `service`). A text answer has no place in it. */
export const feedbackItem = z.strictObject({
  predictionId: z.string().max(1000).optional(),
  unitId: z
    .union([z.string().min(1), z.number()])
    .transform(String)
    .optional(),
  service: serviceName.optional(),
  kind: z.enum(FEEDBACK_KINDS),
  label: text.optional(),
  value: z.union([z.number().min(-LARGEST_VALUE).max(LARGEST_VALUE), z.boolean()]).optional(),
  feedbackId: text.optional(),
  item: z.union([text, z.number()]).optional(),
  at: z.iso.datetime({ offset: true, error: 'expected an ISO time such as 2026-11-01T08:00:00Z' }).optional(),
  currency: z.string().optional(),
  survey: name.optional(),
  scale: z
    .tuple([
      z.number().min(-LARGEST_ON_SCALE).max(LARGEST_ON_SCALE),
      z.number().min(-LARGEST_ON_SCALE).max(LARGEST_ON_SCALE),
    ])
    .optional(),
  source: name.optional(),
});
export type FeedbackItem = z.output<typeof feedbackItem>;

/** What is wrong with an item though each of its fields may stand; null where nothing is. */
export function itemFault(item: FeedbackItem): string | null {
  return aboutFault(item) ?? fieldFault(item) ?? valueFault(item) ?? scaleFault(item) ?? currencyFault(item);
}

/** The scale that a rating or an answer of a survey is on; null for other kinds, and for a survey whose scale nobody knows. */
export function scaleOf({ kind, survey, scale }: FeedbackItem): Scale | null {
  if (kind === 'rating') return scale ?? RATING_SCALE;
  if (kind !== 'survey' || survey === undefined) return null;
  return scale ?? (Object.hasOwn(SURVEY_SCALES, survey) ? (SURVEY_SCALES[survey] ?? null) : null);
}

/** Which prediction or unit it is about. */
function aboutFault({ predictionId, unitId, service, kind, at, feedbackId }: FeedbackItem): string | null {
  if ((predictionId === undefined) === (unitId === undefined))
    return 'one of `predictionId` and `unitId` is needed, and not both';
  if (unitId === undefined) return null;
  if (unitId.length > LONGEST_UNIT) return `unitId has ${unitId.length} characters; at most ${LONGEST_UNIT}`;
  if (kind === 'label' || kind === 'click') return `a ${kind} is of a prediction: it needs \`predictionId\``;
  if (service === undefined) return '`unitId` needs `service`';
  // Two purchases of one amount would else be one.
  if (at === undefined && feedbackId === undefined)
    return '`unitId` needs `at` or `feedbackId`, to tell a repeat from a second event';
  return null;
}

/** Fields that belong to one kind. */
function fieldFault({ kind, item, survey, scale, currency }: FeedbackItem): string | null {
  if ((kind === 'click') !== (item !== undefined)) return 'a click has `item`, and nothing else has';
  if ((kind === 'survey') !== (survey !== undefined)) return 'a survey has `survey`, and nothing else has';
  if (scale !== undefined && kind !== 'rating' && kind !== 'survey') return `a ${kind} has no \`scale\``;
  if (currency !== undefined && kind !== 'revenue') return `a ${kind} has no \`currency\``;
  return null;
}

function valueFault({ kind, label, value }: FeedbackItem): string | null {
  if (kind === 'label') return label === undefined || value !== undefined ? 'a label has `label` and no `value`' : null;
  if (label !== undefined || (value === undefined && kind !== 'click'))
    return `a ${kind} has \`value\` and no \`label\``;
  if (isYesOrNo(kind) && value !== undefined && Number(value) !== 0 && Number(value) !== 1)
    return `a ${kind} is 0 or 1, not ${String(value)}`;
  if (!isYesOrNo(kind) && typeof value === 'boolean') return `a ${kind} is a number, not ${value}`;
  return null;
}

function scaleFault(item: FeedbackItem): string | null {
  if (item.kind !== 'rating' && item.kind !== 'survey') return null;
  const scale = scaleOf(item);
  if (scale === null) return `the survey ${item.survey} needs \`scale\`: [least, greatest]`;
  const [least, greatest] = scale;
  if (least >= greatest) return `scale [${least}, ${greatest}] does not ascend`;
  const value = Number(item.value);
  return value < least || value > greatest ? `a ${item.kind} of ${value} is outside ${least}..${greatest}` : null;
}

function currencyFault({ currency }: FeedbackItem): string | null {
  if (currency === undefined || isCurrency(currency)) return null;
  return `currency ${JSON.stringify(currency.slice(0, 20))} is no code of ISO 4217`;
}
