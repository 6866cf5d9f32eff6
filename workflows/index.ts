export { rolloutGroup } from './group.js';
export { impact } from './impact.js';
export { incidentNotice } from './incident-notice.js';
export { monitor } from './monitor.js';
export { outbox } from './outbox.js';
export { rolloutQueue } from './queue.js';
export { rollout } from './rollout.js';
