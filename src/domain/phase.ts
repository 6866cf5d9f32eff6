/** The phases of a rollout, in their order. A spec may leave out any of them but the canary. */
export const PHASES = ['validation', 'shadow', 'canary', 'abTest', 'cutover', 'impact'] as const;
export type Phase = (typeof PHASES)[number];

export const PHASE_TITLES: Record<Phase, string> = {
  validation: 'Validation suite',
  shadow: 'Shadow phase',
  canary: 'Canary steps',
  abTest: 'A/B evaluation',
  cutover: 'Full cutover',
  impact: 'Impact analysis',
};
