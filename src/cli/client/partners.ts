import { minuteOf, textOf, type Item } from './answers.js';
import { collectionOf, findResource, listResources, pathOf } from './resources.js';
import { sheet, shellWord, table } from './tables.js';
import type { Client } from './terminal.js';

export interface PartnerOptions {
  readonly fingerprint: string;
  readonly address?: string;
  readonly note?: string;
}

const shown = (partner: Item): string =>
  sheet([
    ['partner', textOf(partner, 'name')],
    ['id', textOf(partner, 'id')],
    ['state', textOf(partner, 'state')],
    ['fingerprint', textOf(partner, 'fingerprint')],
    ['address', textOf(partner, 'address')],
  ]);

export async function listPartners({ connection, show }: Client): Promise<void> {
  const items = await listResources(connection, 'partner');
  show({ items }, () =>
    table(
      ['name', 'state', 'address', 'last seen', 'fingerprint'],
      items.map((partner) => [
        textOf(partner, 'name'),
        textOf(partner, 'state'),
        textOf(partner, 'address'),
        minuteOf(partner, 'lastSeenAt'),
        textOf(partner, 'fingerprint'),
      ]),
      'There are no partners yet: vesica partners add',
    ),
  );
}

export async function addPartner(client: Client, options: PartnerOptions, name: string): Promise<void> {
  const { fingerprint, address, note } = options;
  const body = { name, fingerprint, address, note };
  const partner = await client.connection.json({ method: 'POST', path: collectionOf('partner'), body });
  client.show(partner, () => shown(partner as Item));
  client.next(`vesica agreements template --partner ${shellWord(name)} > agreement.yaml`);
}

export type PartnerVerb = 'suspend' | 'activate' | 'remove';

export async function movePartner(client: Client, verb: PartnerVerb, name: string): Promise<void> {
  const id = textOf(await findResource(client.connection, 'partner', name), 'id');
  const partner = await client.connection.json({ method: 'POST', path: pathOf('partner', id, verb) });
  client.show(partner, () => shown(partner as Item));
  if (verb === 'suspend') client.next(`vesica partners activate ${shellWord(name)}, to take it back`);
}
