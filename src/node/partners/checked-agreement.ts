import { compareRationals, contribution, parseDecimal, parseDelta, parseEpsilon } from '../../dp/index.js';
import { IDENTIFIER_TYPES } from '../../identity/index.js';
import { LIMITS, ROLES_OF_MODE, initiatorRole, isPlainText } from '../../protocol/index.js';
import {
  AGREED_DISCLOSURES,
  AGREEMENT_SCHEMA,
  type AgreedUse,
  type AgreementTerms,
} from './agreement-terms.js';
import { fingerprintText, isoTime, setOf, shortestDecimal } from './canonical-text.js';
import { checkedAt, inputCheck, invalid } from './checked-input.js';

const requireForm = inputCheck(AGREEMENT_SCHEMA, 'the agreement');

/**
 * `input` as the terms of an agreement, in their one form: decimals in their shortest text, times to the millisecond,
 * fingerprints in lower case, and what is a set (purposes, uses, identifier types, disclosures) in a fixed order. So two
 * documents that say the same have the same digest. Measures stay in the order in which they were written.
 *
 * @throws VesicaError `config/invalid`, naming the key: when it is not of the form of `AGREEMENT_SCHEMA`, or its parts do
 * not go together; `dp/invalid-parameter`, naming the key, for an epsilon, a delta, a quantum or a bound that is none.
 */
export function checkedAgreementTerms(input: unknown): AgreementTerms {
  const terms = requireForm(input);
  const checked: AgreementTerms = {
    ...terms,
    parties: checkedParties(terms),
    purposes: setOf(terms.purposes, 'purposes'),
    uses: checkedUses(terms),
    identifierTypes: setOf(terms.identifierTypes, 'identifierTypes', IDENTIFIER_TYPES),
    measures: checkedMeasures(terms),
    privacy: checkedPrivacy(terms),
    validFrom: isoTime(terms.validFrom, 'validFrom'),
    validUntil: isoTime(terms.validUntil, 'validUntil'),
  };
  if (checked.validFrom >= checked.validUntil)
    throw invalid('validUntil', 'validUntil must be after validFrom');
  return checked;
}

function checkedParties({ parties }: AgreementTerms): AgreementTerms['parties'] {
  const entries = Object.entries(parties).map(([party, text]): [string, string] => [
    party,
    fingerprintText(text, `parties.${party}`),
  ]);
  if (entries[0]?.[1] === entries[1]?.[1]) throw invalid('parties', 'the two parties have the same key');
  return Object.fromEntries(entries);
}

function checkedUses({ uses, parties }: AgreementTerms): AgreedUse[] {
  const names = Object.keys(parties).sort();
  const byText = new Map(
    uses.map((use, i) => {
      const field = `uses.${i}.roles`;
      const [one, other] = names.map((party) => {
        const role = Object.hasOwn(use.roles, party) ? use.roles[party] : undefined;
        if (role === undefined) throw invalid(field, `${field} must name the two parties`);
        if (!ROLES_OF_MODE[use.mode].includes(role)) {
          throw invalid(field, `mode ${use.mode} has no role ${role}`);
        }
        return role;
      });
      // The role of an initiator whose responder has role `one`: what goes with `one`.
      if (one === undefined || initiatorRole(one, 'responder') !== other) {
        throw invalid(field, `${field}: the two roles do not go together`);
      }
      return [`${use.mode} ${one}`, use] as const;
    }),
  );
  if (byText.size !== uses.length) throw invalid('uses', 'uses names something twice');
  return [...byText.keys()].sort().flatMap((text) => byText.get(text) ?? []);
}

function checkedMeasures({ measures, uses, share }: AgreementTerms): AgreementTerms['measures'] {
  if (measures.length === 0) return [];
  if (!uses.some(({ mode }) => mode === 'aggregate')) {
    throw invalid('measures', 'only mode aggregate sums measures');
  }
  if (!share.results) {
    throw invalid('share.results', 'with measures the measure party always sees its sums: share.results');
  }
  setOf(
    measures.map(({ name }) => name),
    'measures',
  );
  const columns = measures.reduce((sum, { statistic }) => sum + (statistic === 'sum' ? 1 : 2), 0);
  if (columns > LIMITS.measures) {
    throw invalid(
      'measures',
      `the measures take ${columns} columns of sums, a session has ${LIMITS.measures}`,
    );
  }
  return measures.map((measure, i) => {
    const field = `measures.${i}`;
    const { name } = measure;
    if (!isPlainText(name, LIMITS.textBytes) || name.normalize('NFC') !== name || name.trim() !== name) {
      throw invalid(
        `${field}.name`,
        `${field}.name is one line of at most ${LIMITS.textBytes} bytes, in NFC`,
      );
    }
    const quantum = canonicalDecimal(measure.quantum, `${field}.quantum`);
    const bound = canonicalDecimal(measure.bound, `${field}.bound`);
    const refuse = { aboveBound: 'refuse', betweenQuanta: 'refuse', missing: 'refuse' } as const;
    checkedAt(field, () => contribution({ column: name, quantum, bound, ...refuse }));
    return { ...measure, quantum, bound };
  });
}

function checkedPrivacy({ privacy, uses }: AgreementTerms): AgreementTerms['privacy'] {
  const disclosures = setOf(privacy.disclosures, 'privacy.disclosures', AGREED_DISCLOSURES);
  const has = (mode: AgreedUse['mode']): boolean => uses.some((use) => use.mode === mode);
  if (has('aggregate') && !disclosures.includes('dp')) {
    throw invalid('privacy.disclosures', 'mode aggregate discloses dp only');
  }
  if (has('psi-ca') && disclosures.length === 0) {
    throw invalid('privacy.disclosures', 'mode psi-ca needs dp, exact or both');
  }
  return {
    ...privacy,
    disclosures,
    ...withinTotal(privacy, 'epsilon', parseEpsilon),
    ...withinTotal(privacy, 'delta', parseDelta),
  };
}

/** The two texts of epsilon or of delta: no release may spend more than there is in all. */
function withinTotal(
  privacy: AgreementTerms['privacy'],
  kind: 'epsilon' | 'delta',
  parse: typeof parseEpsilon,
): Partial<AgreementTerms['privacy']> {
  const [release, total] = [`${kind}PerRelease`, `${kind}Total`] as const;
  const [one, all] = [release, total].map((key) => parse(privacy[key], `privacy.${key}`));
  if (one === undefined || all === undefined || compareRationals(one, all) > 0) {
    throw invalid(`privacy.${release}`, `privacy.${release} is more than privacy.${total}`);
  }
  return {
    [release]: shortestDecimal(one, `privacy.${release}`),
    [total]: shortestDecimal(all, `privacy.${total}`),
  };
}

function canonicalDecimal(text: string, field: string): string {
  const exact = parseDecimal(text);
  if (exact === undefined) throw invalid(field, `${field} is not a decimal number`);
  return shortestDecimal(exact, field);
}
