/** The least that a rollout's spec says, without its phases. */
export const PLAIN_SPEC = {
  sluice: 'v1',
  service: 'digits',
  owner: 'ml-platform',
  baseline: { version: 'v1', url: 'http://127.0.0.1:1' },
  candidate: { version: 'v2', url: 'http://127.0.0.1:2' },
  protocol: { model: 'digits' },
  guardrails: [{ metric: 'error_rate' }],
} as const;
