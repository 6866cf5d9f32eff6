export { isProbe, runProbes } from './run-probes.js';
