import { renderHtml } from '../../report/index.js';
import { cohortCsv } from '../cohort-csv.js';
import { content, json, route, type Route } from '../route.js';
import { ID_PARAMS, pageOf } from '../schemas/parts.js';
import { REPORT, REPORT_PAGE_QUERY, REPORT_VIEW, REPORTS_QUERY } from '../schemas/results.js';

const tag = 'reports';
const errors = ['api/not-found', 'api/gone'] as const;

/** What a report needs as a page: its own style sheet and images inside of it, and nothing else; no script ever. */
export const REPORT_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; " +
  "frame-ancestors 'none'; sandbox";

export const reportRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/v1/reports',
    operation: 'listReports',
    tag,
    summary: 'Reports without what they say, newest first',
    query: REPORTS_QUERY,
    answer: json(pageOf(REPORT_VIEW), 'A page of reports.'),
    run: ({ services, query }) => services.reports.list(query),
  }),
  route({
    method: 'GET',
    path: '/v1/reports/:id',
    operation: 'getReport',
    tag,
    summary: 'What a report says; that it was read is audited',
    params: ID_PARAMS,
    answer: json(REPORT, 'The report.'),
    errors,
    run: ({ services, params, actor }) => services.reports.read(params.id, actor),
  }),
  route({
    method: 'GET',
    path: '/v1/reports/:id/html',
    operation: 'getReportPage',
    tag,
    summary: 'A report as a page that needs nothing else',
    params: ID_PARAMS,
    query: REPORT_PAGE_QUERY,
    answer: content(['text/html'], 'The page.'),
    errors,
    run: async ({ services, params, query, actor }) => ({
      type: 'text/html; charset=utf-8',
      body: await renderHtml(await services.reports.read(params.id, actor), query.locale),
      headers: { 'content-security-policy': REPORT_POLICY },
    }),
  }),
  route({
    method: 'GET',
    path: '/v1/reports/:id/csv',
    operation: 'getReportTable',
    tag,
    summary: 'The cohort table of a report',
    params: ID_PARAMS,
    answer: content(['text/csv'], 'One row a cohort, RFC 4180 with a header.'),
    errors,
    run: async ({ services, params, actor }) => ({
      type: 'text/csv; charset=utf-8; header=present',
      body: cohortCsv(await services.reports.read(params.id, actor)),
      headers: { 'content-disposition': `attachment; filename="report-${params.id}.csv"` },
    }),
  }),
];
