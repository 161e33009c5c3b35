import { VesicaError } from '../../errors.js';
import { found, NODE_ACTOR, type Actor, type NodeContext } from '../context.js';
import type { DatasetState, StateTransaction } from '../store/index.js';
import { Definitions, type Dataset } from './definitions.js';
import type { DatasetVersion, LoadVersionOptions, Versions } from './versions.js';

/** The datasets of a node as operators use them: every change is in the audit log. */
export class Datasets {
  readonly versions: Versions;
  readonly #context: NodeContext;
  /** How many sessions hold each staged list. */
  readonly #holders = new Map<string, number>();
  #turn: Promise<unknown> = Promise.resolve();

  constructor(context: NodeContext, versions: Versions) {
    this.#context = context;
    this.versions = versions;
  }

  /** @throws VesicaError as `Definitions.define`, `SourceFolders.require`. */
  define(input: unknown, actor: Actor): Promise<Dataset> {
    return this.#write('dataset.created', actor, (definitions) => definitions.define(input));
  }

  /** @throws VesicaError `api/not-found`; as `Definitions.redefine`, `SourceFolders.require`. */
  redefine(id: string, input: unknown, actor: Actor): Promise<Dataset> {
    return this.#write('dataset.changed', actor, async (definitions) =>
      definitions.redefine(found(await definitions.find(id), 'dataset'), input),
    );
  }

  /** Takes a dataset out of use, so that no session reads it any more, or back into it. @throws VesicaError `api/not-found`. */
  setState(id: string, state: DatasetState, actor: Actor): Promise<Dataset> {
    const action = state === 'archived' ? 'dataset.archived' : 'dataset.changed';
    return this.#write(action, actor, async (definitions) =>
      definitions.setState(found(await definitions.find(id), 'dataset'), state),
    );
  }

  find(id: string): Promise<Dataset | undefined> {
    return this.#definitions(this.#context.store.db).find(id);
  }

  /** @throws VesicaError `api/not-found`. */
  async get(id: string): Promise<Dataset> {
    return found(await this.find(id), 'dataset');
  }

  list(): Promise<Dataset[]> {
    return this.#definitions(this.#context.store.db).list();
  }

  /**
   * Reads a dataset now and stages its list for the next session: the way to see its quality before a session.
   *
   * @throws VesicaError `api/not-found`; as `Versions.load`.
   */
  async loadVersion(id: string, actor: Actor, options: LoadVersionOptions = {}): Promise<DatasetVersion> {
    const { version } = await this.read(await this.get(id), actor, options);
    return version;
  }

  /** As `loadVersion`, and gives the list as well. */
  async read(dataset: Dataset, actor: Actor, options: LoadVersionOptions): ReturnType<Versions['load']> {
    const { audit } = this.#context;
    const subject = { kind: 'dataset', id: dataset.id };
    try {
      const loaded = await this.versions.load(dataset, options);
      const { id, number, digest, quality } = loaded.version;
      await audit.append({
        actor,
        action: 'dataset.loaded',
        subject,
        detail: { version: id, number, listDigest: digest, keys: quality?.keys ?? null },
      });
      return loaded;
    } catch (error) {
      const code = error instanceof VesicaError ? error.code : 'internal/defect';
      await audit.append({ actor, action: 'dataset.load-failed', subject, detail: { code } });
      throw error;
    }
  }

  /** Deletes a version's list and quality report. @throws VesicaError `api/not-found`. */
  async deleteVersion(id: string, actor: Actor): Promise<void> {
    const version = found(await this.versions.find(id), 'version');
    if (version.state === 'deleted') return;
    await this.versions.delete(id);
    await this.#context.audit.append({
      actor,
      action: 'dataset.version-deleted',
      subject: { kind: 'dataset', id: version.datasetId },
      detail: { version: id, number: version.number },
    });
  }

  /** The newest staged list of a dataset as it is defined now; it stays on the disk until it is released. */
  holdStaged(dataset: Dataset): Promise<DatasetVersion | undefined> {
    return this.#inTurn(async () => {
      const version = await this.versions.newestStaged(dataset);
      if (version !== undefined) this.#hold(version.id);
      return version;
    });
  }

  /** The same for a version that was just loaded. */
  hold(id: string): Promise<void> {
    return this.#inTurn(() => {
      this.#hold(id);
      return Promise.resolve();
    });
  }

  /** Gives back what was held; the last one to do so deletes the staged list. */
  release(id: string): Promise<void> {
    return this.#inTurn(async () => {
      const others = (this.#holders.get(id) ?? 1) - 1;
      if (others > 0) {
        this.#holders.set(id, others);
        return;
      }
      this.#holders.delete(id);
      await this.unstage(id);
    });
  }

  /** Deletes the staged list of a version; what is known of it stays. */
  async unstage(id: string, actor: Actor = NODE_ACTOR): Promise<void> {
    const version = found(await this.versions.find(id), 'version');
    if (version.staged === null) return;
    await this.versions.unstage(id);
    await this.#context.audit.append({
      actor,
      action: 'staging.deleted',
      subject: { kind: 'dataset', id: version.datasetId },
      detail: { version: id, number: version.number },
    });
  }

  #hold(id: string): void {
    this.#holders.set(id, (this.#holders.get(id) ?? 0) + 1);
  }

  /** One after the other, so that no list is deleted between being chosen and being held. */
  #inTurn<Value>(work: () => Promise<Value>): Promise<Value> {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => undefined);
    return done;
  }

  #write(
    action: 'dataset.created' | 'dataset.changed' | 'dataset.archived',
    actor: Actor,
    work: (definitions: Definitions) => Promise<Dataset>,
  ): Promise<Dataset> {
    const { store, audit } = this.#context;
    return store.transaction(async (trx) => {
      const dataset = await work(this.#definitions(trx));
      if (action !== 'dataset.archived') await this.versions.sources.require(dataset.definition.data);
      const detail = { name: dataset.definition.name, definitionDigest: dataset.definitionDigest };
      await audit.append({ actor, action, subject: { kind: 'dataset', id: dataset.id }, detail }, trx);
      return dataset;
    });
  }

  #definitions(db: StateTransaction | NodeContext['store']['db']): Definitions {
    return new Definitions(db, this.#context);
  }
}
