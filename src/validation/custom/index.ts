export { createCustomChecks } from './custom-checks.js';
