import { createEngine } from '../../src/group/index.js';
import { describeEngine } from './engine-conformance.js';

describeEngine('noble engine', createEngine('noble'));
