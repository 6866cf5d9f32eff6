import { z } from 'zod';
import { MONITOR_KINDS } from '../../monitor.js';
import { dependencies } from './dependencies.js';
import { featureMonitor } from './features.js';
import { monitorFrame } from './frame.js';
import { logsMonitor } from './logs.js';
import { modelMonitor } from './model.js';
import { performanceMonitor } from './performance.js';
import { resources } from './resources.js';
import { userMonitor } from './users.js';

/** A monitor of a live model, as its owner writes it. A kind is one line here, and one in activities/monitors.ts. */
export const monitorSpec = z.discriminatedUnion(
  'kind',
  [
    dependencies.safeExtend(monitorFrame),
    resources.safeExtend(monitorFrame),
    logsMonitor.safeExtend(monitorFrame),
    modelMonitor.safeExtend(monitorFrame),
    featureMonitor.safeExtend(monitorFrame),
    performanceMonitor.safeExtend(monitorFrame),
    userMonitor.safeExtend(monitorFrame),
  ],
  { error: (issue) => (issue.code === 'invalid_union' ? `expected ${MONITOR_KINDS.join(', ')}` : undefined) },
);

export type MonitorSpec = z.output<typeof monitorSpec>;
