import type { ReactNode } from 'react';
import { useParams } from 'wouter';
import { useT } from '../../kit/index.js';
import { Gate } from '../parts/index.js';
import { OneReport } from './one-report.js';
import { ReportList } from './report-list.js';

/** Reports: the list, or one of them. */
export function Page(): ReactNode {
  const t = useT();
  const { id } = useParams<{ id?: string }>();
  return id === undefined ? (
    <Gate needs="GET /v1/reports" title={t('trend.reports.title')}>
      <ReportList />
    </Gate>
  ) : (
    <Gate needs="GET /v1/reports/:id" title={t('trend.reports.title')}>
      <OneReport key={id} id={id} />
    </Gate>
  );
}
