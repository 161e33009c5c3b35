import { Readable } from 'node:stream';
import { namedExport, namedPage } from '../names.js';
import { content, created, json, none, route, type Route } from '../route.js';
import { ID_PARAMS, pageOf } from '../schemas/parts.js';
import { EXPORT, EXPORTS_QUERY, NEW_EXPORT } from '../schemas/results.js';

const tag = 'exports';

export const exportRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/v1/exports',
    operation: 'listExports',
    tag,
    summary: 'Exports of audiences and suppression lists, newest first',
    query: EXPORTS_QUERY,
    answer: json(pageOf(EXPORT), 'A page of exports.'),
    run: async ({ services, query }) => namedPage(services, await services.exports.list(query), namedExport),
  }),
  route({
    method: 'POST',
    path: '/v1/exports',
    operation: 'createExport',
    tag,
    summary: 'Write the rows that matched, or those that did not, for an upload page',
    body: NEW_EXPORT,
    answer: created(EXPORT, 'The export; it is written in the background.'),
    errors: ['api/not-found', 'api/gone', 'config/invalid', 'data/source-changed', 'state/conflict'],
    creates: true,
    run: async ({ services, body, actor }) =>
      namedExport(services, await services.exports.create(body, actor)),
  }),
  route({
    method: 'GET',
    path: '/v1/exports/:id',
    operation: 'getExport',
    tag,
    summary: 'One export, without its rows',
    params: ID_PARAMS,
    answer: json(EXPORT, 'The export.'),
    errors: ['api/not-found'],
    run: async ({ services, params }) => namedExport(services, await services.exports.get(params.id)),
  }),
  route({
    method: 'GET',
    path: '/v1/exports/:id/download',
    operation: 'downloadExport',
    tag,
    summary: 'The file of an export; that it was downloaded is audited',
    params: ID_PARAMS,
    answer: content(['text/csv', 'application/vnd.apache.parquet', 'application/octet-stream'], 'The file.'),
    errors: ['api/not-found', 'api/gone', 'state/conflict'],
    run: async ({ services, params, actor }) => {
      const { name, mediaType, bytes } = await services.exports.download(params.id, actor);
      const filename = name.replace(/[^A-Za-z0-9._-]/g, '_');
      return {
        type: mediaType,
        body: Readable.from(bytes, { objectMode: false }),
        headers: { 'content-disposition': `attachment; filename="${filename}"` },
      };
    },
  }),
  route({
    method: 'DELETE',
    path: '/v1/exports/:id',
    operation: 'deleteExport',
    tag,
    summary: 'Delete the file of an export; that it was stays',
    params: ID_PARAMS,
    answer: none('It is deleted.'),
    errors: ['api/not-found', 'state/conflict'],
    run: ({ services, params, actor }) => services.exports.delete(params.id, actor),
  }),
];
