import { VesicaError } from '../../errors.js';
import { IDENTIFIER_TYPES } from '../../identity/index.js';
import { roleOf, type Side, type Terms } from '../../protocol/index.js';
import type { DatasetDefinition } from './dataset-schema.js';
import type { Dataset } from './definitions.js';

type DatasetData = DatasetDefinition['data'];

/**
 * What a session with these terms reads of a dataset: the identifier columns of the agreed types, and the agreed measures
 * in their agreed order; nothing else of the source. The dataset's own `data` when that is all of it.
 *
 * @throws VesicaError `config/invalid` with field `dataset` when the dataset does not have what the terms need on this
 * side.
 */
export function dataFor(dataset: Pick<Dataset, 'definition'>, terms: Terms, side: Side): DatasetData {
  const { role, data } = dataset.definition;
  const ownRole = roleOf(terms, side);
  requireFit(role === ownRole, `it has role ${role}, and this side is ${ownRole}`);
  requireFit(data.profile === terms.profile, `its profile is ${data.profile}; ${terms.profile} is agreed`);
  const all = Object.entries(data.identifiers);
  const columns = all.filter(([, { type }]) => terms.keyTypes.includes(type));
  const types = IDENTIFIER_TYPES.filter((type) => columns.some(([, column]) => column.type === type));
  const areThere = terms.keyTypes.every((type) => types.includes(type));
  requireFit(areThere, `it lacks an identifier of the agreed types ${terms.keyTypes.join(', ')}`);
  // With two columns of one type a person could weigh double in a count.
  requireFit(terms.mode === 'psi' || columns.length === 1, `mode ${terms.mode} takes one identifier column`);
  const measures = role === 'measures' ? measuresFor(data, terms) : [];
  const own = data.measures ?? [];
  const isWhole = columns.length === all.length && own.length === measures.length;
  if (isWhole && own.every((measure, i) => measure === measures[i])) return data;
  const { measures: _, ...rest } = data;
  return {
    ...rest,
    identifiers: Object.fromEntries(columns),
    ...(measures.length === 0 ? {} : { measures }),
  };
}

function measuresFor({ measures = [] }: DatasetData, terms: Terms): typeof measures {
  return terms.measures.map((term) => {
    const own = measures.find(({ name }) => name === term.name);
    requireFit(own !== undefined, 'it lacks one of the agreed measures');
    const isSame = own.rule.quantum === term.quantum && own.rule.bound === term.bound;
    requireFit(isSame, 'one of its measures has another quantum or bound than is agreed');
    return own;
  });
}

function requireFit(holds: boolean, why: string): asserts holds {
  if (!holds)
    throw new VesicaError('config/invalid', `the dataset does not fit: ${why}`, { field: 'dataset' });
}
