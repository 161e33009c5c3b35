import { isItem, itemOf, listOf, minuteOf, textOf, type Item } from './answers.js';
import { readDocument, withAbsoluteSource, withDecimalTexts } from './documents.js';
import { collectionOf, findResource, idOfResource, listAll, listResources, pathOf } from './resources.js';
import { sheet, shellWord, table } from './tables.js';
import type { Client } from './terminal.js';

export async function listDatasets({ connection, show }: Client): Promise<void> {
  const items = await listResources(connection, 'dataset');
  show({ items }, () =>
    table(
      ['name', 'lineage', 'role', 'state', 'source', 'id'],
      items.map((dataset) => [
        textOf(dataset, 'definition', 'name'),
        textOf(dataset, 'definition', 'lineage'),
        textOf(dataset, 'definition', 'role'),
        textOf(dataset, 'state'),
        textOf(dataset, 'definition', 'data', 'source'),
        textOf(dataset, 'id'),
      ]),
      'There are no datasets yet: vesica datasets create <file>',
    ),
  );
}

export async function createDataset({ connection, show, next }: Client, file: string): Promise<void> {
  const body = withAbsoluteSource(withDecimalTexts(readDocument(file)), file);
  const dataset = itemOf(await connection.json({ method: 'POST', path: collectionOf('dataset'), body }));
  const name = textOf(dataset, 'definition', 'name');
  show(dataset, () =>
    sheet([
      ['dataset', name],
      ['id', textOf(dataset, 'id')],
      ['lineage', textOf(dataset, 'definition', 'lineage')],
      ['source', textOf(dataset, 'definition', 'data', 'source')],
    ]),
  );
  next(`vesica datasets load ${shellWord(name)}`);
}

export async function loadDataset({ connection, show, next }: Client, name: string): Promise<void> {
  const id = await idOfResource(connection, 'dataset', name);
  const path = pathOf('dataset', id, 'versions');
  const version = itemOf(await connection.json({ method: 'POST', path }));
  show(version, () => quality(name, version));
  next(
    `vesica sessions start --agreement <name> --dataset ${shellWord(name)} --mode <mode> --purpose <purpose>`,
  );
}

/** What became of the rows of the newest version. */
export async function checkDataset({ connection, show, next }: Client, name: string): Promise<void> {
  const dataset = await findResource(connection, 'dataset', name);
  const path = pathOf('dataset', textOf(dataset, 'id'), 'versions');
  const [newest] = await listAll(connection, path, { limit: 1 });
  show({ dataset, version: newest ?? null }, () =>
    newest === undefined ? `${name} was never loaded.\n` : quality(name, newest),
  );
  if (newest === undefined) next(`vesica datasets load ${shellWord(name)}`);
}

function quality(name: string, version: Item): string {
  const report = isItem(version['quality']) ? version['quality'] : {};
  const head = sheet([
    ['dataset', `${name}, version ${textOf(version, 'number')}, ${textOf(version, 'state')}`],
    ['loaded', minuteOf(version, 'loadedAt')],
    ['rows', textOf(report, 'rows')],
    ['match keys', textOf(report, 'keys')],
    ['duplicates', textOf(report, 'duplicates')],
    ['rejected', textOf(report, 'rejected')],
    ['blank', textOf(report, 'blank')],
    ['no consent', textOf(report, 'withoutConsent', 'rows')],
    ['digest', textOf(version, 'digest')],
    ...(version['errorCode'] === null ? [] : [['error', textOf(version, 'errorCode')] as const]),
  ]);
  const types = isItem(report['byType']) ? Object.entries(report['byType']) : [];
  const cells = listOf(report, 'cells');
  const byType = table(
    ['type', 'keys', 'hashed', 'duplicates', 'blank', 'rejected'],
    types.map(([type, counts]) => [
      type,
      ...['keys', 'hashed', 'duplicates', 'blank'].map((key) => textOf(counts, key)),
      Object.entries(isItem(counts) && isItem(counts['rejected']) ? counts['rejected'] : {})
        .map(([reason, count]) => `${reason} ${String(count)}`)
        .join(', '),
    ]),
    '',
  );
  return `${head}${types.length === 0 ? '' : `\n${byType}`}${cells.length === 0 ? '' : `cells: ${cells.length}\n`}`;
}
