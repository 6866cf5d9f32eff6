import type { Endpoint } from '../endpoint.js';
import * as incidents from './incidents.js';
import * as intake from './intake.js';
import * as models from './models.js';
import * as process from './process.js';
import * as records from './records.js';
import * as rollouts from './rollouts.js';

/** All addresses, in the order in which the document lists them. */
export const ENDPOINTS = [rollouts, incidents, models, records, intake, process].flatMap(
  (group) => Object.values(group) as Endpoint[],
);
