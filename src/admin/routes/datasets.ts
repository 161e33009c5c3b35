import { VesicaError } from '../../errors.js';
import { found, type Dataset, type DatasetVersion } from '../../node/index.js';
import type { NodeServices } from '../../node/index.js';
import { pageOfAll } from '../page.js';
import { created, json, none, route, type Route } from '../route.js';
import {
  DATASET,
  DATASET_DEFINITION,
  DATASET_VERSION,
  DATASETS_QUERY,
  VERSION_PARAMS,
} from '../schemas/datasets.js';
import { ID_PARAMS, PAGE_QUERY, pageOf } from '../schemas/parts.js';

const tag = 'datasets';

export const datasetRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/v1/datasets',
    operation: 'listDatasets',
    tag,
    summary: 'Datasets, newest first',
    query: DATASETS_QUERY,
    answer: json(pageOf(DATASET), 'A page of datasets.'),
    run: async ({ services, query }) => {
      const all = await services.definitions.list();
      const { state } = query;
      return pageOfAll(state === undefined ? all : all.filter((dataset) => dataset.state === state), query);
    },
  }),
  route({
    method: 'POST',
    path: '/v1/datasets',
    operation: 'createDataset',
    tag,
    summary: 'Define a dataset: where its rows are, what its columns mean, whose rows may be used',
    body: DATASET_DEFINITION,
    answer: created(DATASET, 'The dataset.'),
    errors: ['config/invalid'],
    creates: true,
    run: ({ services, body, actor }) => services.datasets.define(body, actor),
  }),
  route({
    method: 'GET',
    path: '/v1/datasets/:id',
    operation: 'getDataset',
    tag,
    summary: 'One dataset',
    params: ID_PARAMS,
    answer: json(DATASET, 'The dataset.'),
    errors: ['api/not-found'],
    run: ({ services, params }) => datasetOf(services, params.id),
  }),
  route({
    method: 'PUT',
    path: '/v1/datasets/:id',
    operation: 'replaceDataset',
    tag,
    summary: 'Give a dataset another definition, for versions to come; its lineage stays',
    params: ID_PARAMS,
    body: DATASET_DEFINITION,
    answer: json(DATASET, 'The dataset as it is now.'),
    errors: ['api/not-found', 'config/invalid', 'state/conflict'],
    run: ({ services, params, body, actor }) => services.datasets.redefine(params.id, body, actor),
  }),
  stateRoute('archive', 'archived', 'Take a dataset out of use'),
  stateRoute('activate', 'active', 'Take a dataset back into use'),
  route({
    method: 'GET',
    path: '/v1/datasets/:id/versions',
    operation: 'listDatasetVersions',
    tag,
    summary: 'Versions of a dataset, newest first',
    params: ID_PARAMS,
    query: PAGE_QUERY,
    answer: json(pageOf(DATASET_VERSION), 'A page of versions.'),
    errors: ['api/not-found'],
    run: async ({ services, params, query }) => {
      await datasetOf(services, params.id);
      return pageOfAll(await services.versions.list(params.id), query);
    },
  }),
  route({
    method: 'POST',
    path: '/v1/datasets/:id/versions',
    operation: 'loadDataset',
    tag,
    summary:
      'Load a dataset now: read and check the source, stage the list, and tell what became of the rows',
    description: 'Answers when the source is read, which takes about a second for a million rows.',
    params: ID_PARAMS,
    answer: created(DATASET_VERSION, 'The version with its quality report.'),
    errors: [
      'api/not-found',
      'config/invalid',
      'state/conflict',
      'data/unreadable',
      'data/missing-column',
      'data/invalid-utf8',
      'data/malformed',
      'data/out-of-memory',
      'data/invalid-query',
      'data/ambiguous-cohort',
      'data/source-changed',
      'data/invalid-measure',
      'data/empty-cohort',
      'limit/elements',
      'limit/cells',
      'limit/text',
      'limit/measure-range',
    ],
    creates: true,
    run: ({ services, params, actor }) => services.datasets.loadVersion(params.id, actor),
  }),
  route({
    method: 'GET',
    path: '/v1/datasets/:id/versions/:version',
    operation: 'getDatasetVersion',
    tag,
    summary: 'One version with its quality report',
    params: VERSION_PARAMS,
    answer: json(DATASET_VERSION, 'The version.'),
    errors: ['api/not-found'],
    run: ({ services, params }) => versionOf(services, params),
  }),
  route({
    method: 'DELETE',
    path: '/v1/datasets/:id/versions/:version',
    operation: 'deleteDatasetVersion',
    tag,
    summary: 'Delete the staged list and the quality report of a version; its digest stays',
    params: VERSION_PARAMS,
    answer: none('It is deleted.'),
    errors: ['api/not-found', 'state/conflict'],
    run: async ({ services, params, actor }) => {
      const version = await versionOf(services, params);
      if (version.state === 'loading') {
        throw new VesicaError('state/conflict', 'the version is being loaded', { field: 'version' });
      }
      if (version.state !== 'deleted') await services.datasets.deleteVersion(version.id, actor);
    },
  }),
];

function stateRoute(verb: string, state: 'active' | 'archived', summary: string): Route {
  return route({
    method: 'POST',
    path: `/v1/datasets/:id/${verb}`,
    operation: `${verb}Dataset`,
    tag,
    summary,
    params: ID_PARAMS,
    answer: json(DATASET, 'The dataset as it is now.'),
    errors: ['api/not-found', 'state/conflict'],
    run: ({ services, params, actor }) => services.datasets.setState(params.id, state, actor),
  });
}

async function datasetOf({ definitions }: NodeServices, id: string): Promise<Dataset> {
  return found(await definitions.find(id), 'dataset');
}

async function versionOf(
  { versions }: NodeServices,
  { id, version }: { readonly id: string; readonly version: string },
): Promise<DatasetVersion> {
  const one = await versions.find(version);
  return found(one?.datasetId === id ? one : undefined, 'version');
}
