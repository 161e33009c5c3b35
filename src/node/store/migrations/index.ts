/** Every migration of the state, in order. A released one never changes; the next change is a new one at the end. */
import type { Migration } from '../migrate.js';
import { partnersAndData } from './0001-partners-and-data.js';
import { sessionsAndDisclosure } from './0002-sessions-and-disclosure.js';
import { governance } from './0003-governance.js';
import { runningNode } from './0004-running-node.js';
import { secondFactors } from './0005-second-factors.js';

export const MIGRATIONS: readonly Migration[] = [
  partnersAndData,
  sessionsAndDisclosure,
  governance,
  runningNode,
  secondFactors,
];
