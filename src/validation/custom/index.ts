export { type CustomDeps, createCustomChecks } from './custom-checks.js';
