import type { Role, Terms } from '../protocol/index.js';

/** What a session tells beside its figures (protocol-spec/leakage.md), in sentences for the report. */
export function disclosedBeside(terms: Terms, role: Role): string[] {
  const lines = ['Both sides know the sizes of both lists and when messages were sent.'];
  switch (terms.mode) {
    case 'psi':
      if (role !== 'sender') lines.push('This side knows which of its own rows the partner has too.');
      if (role !== 'receiver') lines.push('The partner knows which of its own rows this side has too.');
      break;
    case 'psi-ca':
      if (terms.disclosure === 'exact') {
        lines.push(
          'The count is exact: comparing it with that of a slightly different list tells who is in it.',
        );
      }
      break;
    case 'aggregate':
      lines.push(
        terms.shareLabels
          ? 'Both sides know the cells, their labels and their sizes.'
          : 'Both sides know the number and the sizes of the cells.',
      );
      if (terms.measures.length > 0) {
        lines.push(
          role === 'cohorts'
            ? "This side added up the partner's encrypted values and could read none of them."
            : "The partner added up this side's encrypted values and could read none of them.",
        );
      }
      break;
  }
  return lines;
}
