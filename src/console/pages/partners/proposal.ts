import type { AgreementTerms, NodeInfo, Partner } from '../../api/index.js';

/** A document to begin with: a measurement with modest terms, valid for a year from the first of this month. */
export function proposalFor(node: NodeInfo, partner: Partner): string {
  const now = new Date();
  const from = (year: number): string =>
    new Date(Date.UTC(year, now.getUTCMonth(), 1)).toISOString().replace('.000Z', 'Z');
  const own = node.party === partner.name ? 'this side' : node.party;
  const terms: AgreementTerms = {
    format: 'vesica-agreement-1',
    name: 'campaign measurement',
    parties: { [own]: node.fingerprint, [partner.name]: partner.fingerprint },
    purposes: ['campaign-measurement'],
    uses: [{ mode: 'aggregate', roles: { [own]: 'cohorts', [partner.name]: 'measures' } }],
    profile: 'uid2',
    identifierTypes: ['email'],
    measures: [{ name: 'buyers', quantum: '1', bound: '1', statistic: 'sum' }],
    privacy: {
      disclosures: ['dp'],
      epsilonPerRelease: '1',
      deltaPerRelease: '0.000001',
      epsilonTotal: '10',
      deltaTotal: '0.00001',
      minList: 1000,
      minCell: 100,
    },
    share: { labels: true, results: true },
    retentionDays: { reports: 365, exports: 30 },
    schedule: 'weekly',
    validFrom: from(now.getUTCFullYear()),
    validUntil: from(now.getUTCFullYear() + 1),
  };
  return JSON.stringify(terms, null, 2);
}

const MODES = ['psi', 'psi-ca', 'aggregate'];
const ROLES = ['cohorts', 'measures', 'sender', 'receiver', 'both'];
const TYPES = ['email', 'phone', 'maid', 'customer_id', 'domain'];
const RHYTHMS = ['none', 'daily', 'weekly', 'monthly'];

/** The terms in a text, when they are whole enough to be said in sentences. Whether they hold is for the node to say. */
export function readTerms(text: string): AgreementTerms | undefined {
  try {
    const terms = JSON.parse(text) as AgreementTerms;
    const { parties, purposes, uses, measures, privacy, share, retentionDays } = terms;
    const isWhole =
      Object.keys(parties).length === 2 &&
      purposes.every(isText) &&
      uses.every(({ mode, roles }) => MODES.includes(mode) && Object.values(roles).every(isIn(ROLES))) &&
      measures.every(({ name, quantum, bound }) => [name, quantum, bound].every(isText)) &&
      terms.identifierTypes.every(isIn(TYPES)) &&
      privacy.disclosures.every(isIn(['dp', 'exact'])) &&
      [privacy.epsilonPerRelease, privacy.deltaPerRelease, privacy.epsilonTotal, privacy.deltaTotal].every(
        isText,
      ) &&
      [privacy.minList, privacy.minCell, retentionDays.reports, retentionDays.exports].every(isNumber) &&
      [share.labels, share.results].every((one) => typeof one === 'boolean') &&
      isText(terms.profile) &&
      RHYTHMS.includes(terms.schedule) &&
      [terms.validFrom, terms.validUntil].every((at) => !Number.isNaN(Date.parse(at)));
    return isWhole ? terms : undefined;
  } catch {
    return undefined;
  }
}

const isText = (value: unknown): boolean => typeof value === 'string';
const isNumber = (value: unknown): boolean => typeof value === 'number';
const isIn =
  (words: readonly string[]) =>
  (value: unknown): boolean =>
    words.includes(String(value));
