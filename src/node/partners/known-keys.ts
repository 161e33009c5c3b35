import type { AuditLog } from '../audit/index.js';
import type { PartnerState, StateDatabase } from '../store/index.js';

/** What has to be known of a partner without asking the store. */
export interface Standing {
  readonly id: string;
  readonly fingerprint: string;
  readonly state: PartnerState;
}

/** Detail of the audit entry `partner.changed` that holds the key which a partner had before. */
export const EARLIER_KEY = 'oldFingerprint';

/**
 * The keys of all partners in memory, those of today and those of the past. A key stays its partner's for ever, also when
 * the partner has another now or was removed: under a second id the same partner would have a second budget.
 */
export class KnownKeys {
  readonly #standings = new Map<string, Standing>();
  /** Id of the partner by each fingerprint that it has or had. */
  readonly #owners = new Map<string, string>();

  /** Reads the keys of today from the partners, and those of the past from the audit log, which keeps them. */
  static async load(db: StateDatabase, audit: AuditLog): Promise<KnownKeys> {
    const known = new KnownKeys();
    let cursor: string | undefined;
    do {
      const page = await audit.entries({
        actions: ['partner.changed'],
        ...(cursor === undefined ? {} : { cursor }),
      });
      for (const { subject, detail } of page.entries) {
        const earlier = detail[EARLIER_KEY];
        if (typeof earlier === 'string') known.#owners.set(earlier, subject.id);
      }
      cursor = page.next;
    } while (cursor !== undefined);
    for (const one of await db.selectFrom('partners').select(['id', 'fingerprint', 'state']).execute()) {
      known.set(one);
    }
    return known;
  }

  /** Takes over what a partner is now. */
  set({ id, fingerprint, state }: Standing): void {
    this.#standings.set(id, { id, fingerprint, state });
    this.#owners.set(fingerprint, id);
  }

  /** The partner with this id. */
  standing(id: string): Standing | undefined {
    return this.#standings.get(id);
  }

  /** Id of the partner that has this key, or had it. */
  ownerOf(fingerprint: string): string | undefined {
    return this.#owners.get(fingerprint);
  }

  /** Whether this is the key that an active partner has now. */
  isActive(fingerprint: string): boolean {
    const owner = this.#owners.get(fingerprint);
    const standing = owner === undefined ? undefined : this.#standings.get(owner);
    return standing?.state === 'active' && standing.fingerprint === fingerprint;
  }
}
