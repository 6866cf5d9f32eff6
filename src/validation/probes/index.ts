export { runProbes } from './run-probes.js';
