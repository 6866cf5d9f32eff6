import { z } from 'zod';

export const minLabels = z
  .int()
  .min(1)
  .optional()
  .describe('Predictions of each arm that must have met their true label, until maxDuration at most.');
