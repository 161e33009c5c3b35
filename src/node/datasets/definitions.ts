import { createHash } from 'node:crypto';
import { VesicaError } from '../../errors.js';
import type { DatasetRow, DatasetState, StateDatabase } from '../store/index.js';
import { checkedDataset, type DatasetDefinition } from './dataset-schema.js';

/** A dataset as it is kept. */
export interface Dataset {
  readonly id: string;
  readonly state: DatasetState;
  readonly definition: DatasetDefinition;
  /** 64 hexadecimal digits: SHA-256 of the definition. */
  readonly definitionDigest: string;
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** The definitions of a node's datasets. */
export class Definitions {
  readonly #db: StateDatabase;
  readonly #newId: () => string;
  readonly #now: () => Date;

  constructor(db: StateDatabase, { newId, now }: { readonly newId: () => string; readonly now: () => Date }) {
    this.#db = db;
    this.#newId = newId;
    this.#now = now;
  }

  /**
   * Keeps a new dataset.
   *
   * @throws VesicaError `config/invalid` as `checkedDataset`, or when there is one of this name.
   */
  async define(input: unknown): Promise<Dataset> {
    const definition = checkedDataset(input);
    await this.#requireFree(definition.name, undefined);
    const at = this.#now().toISOString();
    const row: DatasetRow = {
      id: this.#newId(),
      ...columnsOf(definition),
      lineage: definition.lineage,
      state: 'active',
      created_at: at,
      updated_at: at,
    };
    await this.#db.insertInto('datasets').values(row).execute();
    return fromRow(row);
  }

  /**
   * Gives a dataset another definition, for the versions to come. Its lineage stays: another would be a new budget for
   * the same people.
   *
   * @throws VesicaError `config/invalid` as `define`, or when the lineage is another.
   */
  async redefine(dataset: Dataset, input: unknown): Promise<Dataset> {
    const definition = checkedDataset(input);
    if (definition.lineage !== dataset.definition.lineage) {
      throw invalid(
        'lineage',
        'the lineage of a dataset cannot be changed; it is what its budget is kept for',
      );
    }
    await this.#requireFree(definition.name, dataset.id);
    const changes = { ...columnsOf(definition), updated_at: this.#now().toISOString() };
    await this.#db.updateTable('datasets').set(changes).where('id', '=', dataset.id).execute();
    return {
      ...dataset,
      definition,
      definitionDigest: changes.definition_digest,
      updatedAt: changes.updated_at,
    };
  }

  /** Takes a dataset out of use, or back into it. */
  async setState(dataset: Dataset, state: DatasetState): Promise<Dataset> {
    const updatedAt = this.#now().toISOString();
    await this.#db
      .updateTable('datasets')
      .set({ state, updated_at: updatedAt })
      .where('id', '=', dataset.id)
      .execute();
    return { ...dataset, state, updatedAt };
  }

  /** The dataset with this id. */
  async find(id: string): Promise<Dataset | undefined> {
    const row = await this.#db.selectFrom('datasets').selectAll().where('id', '=', id).executeTakeFirst();
    return row && fromRow(row);
  }

  /** All datasets, in the order in which they were defined. */
  async list(): Promise<Dataset[]> {
    return (await this.#db.selectFrom('datasets').selectAll().orderBy('id').execute()).map(fromRow);
  }

  async #requireFree(name: string, own: string | undefined): Promise<void> {
    const query = this.#db.selectFrom('datasets').select('id').where('name', '=', name);
    const found = await query.executeTakeFirst();
    if (found !== undefined && found.id !== own) throw invalid('name', 'there is a dataset of this name');
  }
}

function columnsOf(
  definition: DatasetDefinition,
): Pick<DatasetRow, 'name' | 'role' | 'definition' | 'definition_digest' | 'consent'> {
  const { name, role, data } = definition;
  const text = JSON.stringify(definition);
  return {
    name,
    role,
    definition: text,
    definition_digest: createHash('sha256').update(text).digest('hex'),
    consent: data.consent === undefined ? null : JSON.stringify(data.consent),
  };
}

function fromRow(row: DatasetRow): Dataset {
  return {
    id: row.id,
    state: row.state,
    definition: JSON.parse(row.definition) as DatasetDefinition,
    definitionDigest: row.definition_digest,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

function invalid(field: string, message: string): VesicaError {
  return new VesicaError('config/invalid', message, { field });
}
