export { impact } from './impact.js';
export { rollout } from './rollout.js';
