import { describe, expect, it } from 'vitest';
import { checkedDataset } from '../../../src/node/datasets/index.js';
import { failure } from '../keys/support.js';
import { definitionOf, openNode } from './support.js';

const GOOD = definitionOf('/data/people.csv') as { data: { identifiers: object } };
const UUID = '01234567-89ab-4def-8123-456789abcdef';
const rule = { quantum: '1', bound: '9', aboveBound: 'clamp', betweenQuanta: 'refuse', missing: 'zero' };
const data = (more: object): object => ({ ...GOOD, data: { ...GOOD.data, ...more } });

describe('a dataset definition', () => {
  it('is taken as it is when it is right', () => {
    expect(checkedDataset(GOOD)).toEqual(GOOD);
    const tcf = data({ consent: { column: 'tc', kind: 'tcf', purposes: [1, 7], vendor: 755 } });
    expect(checkedDataset(tcf)).toEqual(tcf);
  });

  it.each([
    ['no text', '', 5],
    ['a key that does not exist', '', { ...GOOD, surprise: 1 }],
    ['a name with an address in it', 'name', { ...GOOD, name: 'ann@example.com' }],
    ['a UUID in its name', 'name', { ...GOOD, name: `of ${UUID.toUpperCase()}` }],
    ['a digest as its name', 'name', { ...GOOD, name: 'aB'.repeat(32) }],
    ['a lineage with a blank', 'lineage', { ...GOOD, lineage: 'our people' }],
    ['a lineage in capitals', 'lineage', { ...GOOD, lineage: 'People' }],
    ['a UUID as its lineage', 'lineage', { ...GOOD, lineage: UUID }],
    ['a lineage of 64 characters', 'lineage', { ...GOOD, lineage: 'x'.repeat(64) }],
    ['a role that does not exist', 'role', { ...GOOD, role: 'chief' }],
    ['a relative path', 'data.source', data({ source: 'people.csv' })],
    ['no source', 'data.source', data({ source: undefined })],
    ['cohorts missing', 'data.cohorts', data({ cohorts: undefined })],
    ['cohorts of another role', 'data.cohorts', { ...GOOD, role: 'receiver' }],
    ['measures of another role', 'data.measures', data({ measures: [{ name: 'n', column: 'n', rule }] })],
    ['an identifier as a cohort', 'data.cohorts', data({ cohorts: ['EMAIL'] })],
    ['an identifier as consent', 'data.consent', data({ consent: { column: 'email', equals: true } })],
    [
      'a wrong vendor',
      'data.consent',
      data({ consent: { column: 'c', kind: 'tcf', purposes: [1], vendor: 0 } }),
    ],
    [
      'interest where consent is needed',
      'data.consent.tcf.legitimateInterest',
      data({ consent: { column: 'c', kind: 'tcf', purposes: [1], legitimateInterest: [1] } }),
    ],
    [
      'frequency in no cohort column',
      'experiment.frequency.column',
      { ...GOOD, experiment: { frequency: { column: 'impressions' } } },
    ],
    [
      'regions in no cohort column',
      'experiment.geo.region',
      {
        ...GOOD,
        experiment: { geo: { region: 'town', period: 'town', treated: ['a'], startsAt: '1' } },
      },
    ],
    ['a wrong CSV character', 'data.csv.quote', data({ csv: { quote: ',' } })],
  ])('is refused with %s', (_, field, input) => {
    expect(() => checkedDataset(input)).toThrow(expect.objectContaining({ code: 'config/invalid' }));
    try {
      checkedDataset(input);
    } catch (error) {
      expect((error as { field: string }).field).toContain(field);
    }
  });
});

describe('datasets', () => {
  it('are kept, found and changed, but for their lineage', async () => {
    const { definitions } = await openNode();
    const people = await definitions.define(GOOD);
    expect(await definitions.find(people.id)).toEqual(people);
    expect(await definitions.find('none')).toBeUndefined();
    await failure(definitions.define(GOOD), 'config/invalid');
    await failure(definitions.define({ ...GOOD, name: '' }), 'config/invalid');
    const others = await definitions.define({ ...GOOD, name: 'Others' });
    expect(await definitions.list()).toEqual([people, others]);

    const moved = await definitions.redefine(people, data({ source: '/data/new.csv' }));
    expect(moved.definitionDigest).not.toBe(people.definitionDigest);
    expect(await definitions.find(people.id)).toEqual(moved);
    const error = await failure(
      definitions.redefine(people, { ...GOOD, lineage: 'fresh' }),
      'config/invalid',
    );
    expect(error.field).toBe('lineage');
    await failure(definitions.redefine(people, { ...GOOD, name: 'Others' }), 'config/invalid');
    expect(await definitions.find(people.id)).toEqual(moved);

    const archived = await definitions.setState(moved, 'archived');
    expect(await definitions.find(people.id)).toEqual(archived);
  });
});
