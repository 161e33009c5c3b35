import { type Mechanism, stateMechanism } from '../dp/index.js';
import type { Report } from './report-schema.js';

/** How a figure was made private, in the words of the report. */
export type Noise = NonNullable<Report['privacy']['counts']>;

/** The noise of a figure whose unit is `unit` of the mechanism's; no mechanism is an exact figure. */
export function noiseOf(mechanism: Mechanism | undefined, unit = 1): Noise {
  if (mechanism === undefined) return { mechanism: 'none', epsilon: null, delta: null, sigma2: 0 };
  const { sigma2, ...statement } = stateMechanism(mechanism);
  return { ...statement, sigma2: sigma2 * unit * unit };
}
