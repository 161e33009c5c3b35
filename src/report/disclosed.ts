import { CATALOGUES } from '../messages/index.js';
import type { Role, Terms } from '../protocol/index.js';

const WORDS = CATALOGUES.en;

/** What a session tells beside its figures (protocol-spec/leakage.md), in sentences for the report. */
export function disclosedBeside(terms: Terms, role: Role): string[] {
  const lines = [WORDS['report.carried.sizes']];
  switch (terms.mode) {
    case 'psi':
      if (role !== 'sender') lines.push(WORDS['report.carried.ownRows']);
      if (role !== 'receiver') lines.push(WORDS['report.carried.partnerRows']);
      break;
    case 'psi-ca':
      if (terms.disclosure === 'exact') {
        lines.push(WORDS['report.carried.exact']);
      }
      break;
    case 'aggregate':
      lines.push(terms.shareLabels ? WORDS['report.carried.labels'] : WORDS['report.carried.noLabels']);
      if (terms.measures.length > 0) {
        lines.push(
          role === 'cohorts' ? WORDS['report.carried.addedHere'] : WORDS['report.carried.addedThere'],
        );
      }
      break;
  }
  return lines;
}
