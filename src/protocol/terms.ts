import { parseDelta, parseEpsilon } from '../dp/index.js';
import { VesicaError } from '../errors.js';
import type { MeasureTerm, Mode, Role, Terms } from './codec/index.js';
import { requirePlainText } from './codec/index.js';
import { requireSoundMeasures } from './measures.js';
import type { Side } from './transcript.js';

/** The role that goes with each role on the other side. */
const COUNTERPART: Readonly<Record<Role, Role>> = {
  receiver: 'sender',
  sender: 'receiver',
  both: 'both',
  cohorts: 'measures',
  measures: 'cohorts',
};

/** Roles that a mode has. */
export const ROLES_OF_MODE: Readonly<Record<Mode, readonly Role[]>> = {
  psi: ['receiver', 'sender', 'both'],
  'psi-ca': ['receiver', 'sender'],
  aggregate: ['cohorts', 'measures'],
};

/** The role of `side` under `terms`. */
export function roleOf(terms: Terms, side: Side): Role {
  return side === 'initiator' ? terms.initiatorRole : COUNTERPART[terms.initiatorRole];
}

/** The initiator's role when `side` has `role`. */
export function initiatorRole(role: Role, side: Side): Role {
  return side === 'initiator' ? role : COUNTERPART[role];
}

/** Each term under the name that a session file gives it. */
const FIELDS: readonly (readonly [string, (terms: Terms) => string])[] = [
  ['agreement', (terms) => terms.agreement],
  ['suite', (terms) => terms.suite],
  ['mode', (terms) => terms.mode],
  ['role', (terms) => terms.initiatorRole],
  ['profile', (terms) => terms.profile],
  ['data.identifiers', (terms) => terms.keyTypes.join(',')],
  ['purpose', (terms) => terms.purpose],
  ['privacy.disclosure', (terms) => terms.disclosure],
  ['privacy.epsilon', (terms) => terms.epsilon],
  ['privacy.delta', (terms) => terms.delta],
  ['measures', ({ measures }) => measures.map(textOf).join('; ')],
  ['privacy.minCell', (terms) => String(terms.minCell)],
  ['privacy.minList', (terms) => String(terms.minList)],
  ['share.labels', (terms) => String(terms.shareLabels)],
  ['share.results', (terms) => String(terms.shareResults)],
];

function textOf({ name, quantum, bound, statistic }: MeasureTerm): string {
  return `${JSON.stringify(name)} ${statistic} up to ${bound} by ${quantum}`;
}

/**
 * Compares the peer's terms with one's own.
 *
 * @throws VesicaError `agreement/role-conflict` or `agreement/mismatch`, naming the first term that differs.
 */
export function requireSameTerms(own: Terms, offered: Terms): void {
  for (const [field, read] of FIELDS) {
    if (read(own) === read(offered)) continue;
    throw new VesicaError(
      field === 'role' ? 'agreement/role-conflict' : 'agreement/mismatch',
      `the two sides differ in ${field}: ${JSON.stringify(read(own))} here, ${JSON.stringify(read(offered))} there`,
      { field },
    );
  }
}

/**
 * Checks terms that a party proposes for itself.
 *
 * @throws VesicaError `config/invalid`, `dp/invalid-parameter` or `limit/text`, naming the field.
 */
export function requireAllowedTerms(terms: Terms): void {
  if (!ROLES_OF_MODE[terms.mode].includes(terms.initiatorRole)) {
    throw new VesicaError('config/invalid', `mode ${terms.mode} has no role ${terms.initiatorRole}`, {
      field: 'role',
    });
  }
  const rows = terms.mode === 'psi';
  if (rows !== (terms.disclosure === 'rows')) {
    throw new VesicaError('config/invalid', `mode ${terms.mode} cannot disclose ${terms.disclosure}`, {
      field: 'privacy.disclosure',
    });
  }
  if (!rows && terms.keyTypes.length !== 1) {
    // With two types a person could weigh double in a count.
    throw new VesicaError(
      'config/invalid',
      `mode ${terms.mode} counts people, so it takes one identifier type`,
      {
        field: 'data.identifiers',
      },
    );
  }
  if (terms.disclosure === 'dp') {
    parseEpsilon(terms.epsilon, 'privacy.epsilon');
    parseDelta(terms.delta, 'privacy.delta');
  }
  if (!/^([0-9a-f]{64})?$/.test(terms.agreement)) {
    throw new VesicaError('config/invalid', 'an agreement is named by 64 hexadecimal digits', {
      field: 'agreement',
    });
  }
  requireSoundMeasures(terms);
  requirePlainText(terms.purpose, 'purpose');
}
