import type { ReactNode } from 'react';
import { useLocation, useParams } from 'wouter';
import { useT } from '../../kit/index.js';
import { Gate } from '../parts/index.js';
import { NewAgreementPage } from './new-agreement.js';
import { OneAgreement } from './one-agreement.js';
import { OnePartner } from './one-partner.js';
import { PartnerList } from './partner-list.js';

/** Partners and agreements: the list, one partner, one agreement, a new one (`/agreements/new`). */
export function Page(): ReactNode {
  const t = useT();
  const { id } = useParams<{ id?: string }>();
  const [path] = useLocation();
  if (path === '/agreements/new') {
    return (
      <Gate needs="POST /v1/agreements" title={t('partners.agreement.new.title')}>
        <NewAgreementPage />
      </Gate>
    );
  }
  return (
    <Gate needs="GET /v1/partners" title={t('partners.title')}>
      {id === undefined ? (
        <PartnerList />
      ) : path.startsWith('/agreements/') ? (
        <OneAgreement key={id} id={id} />
      ) : (
        <OnePartner key={id} id={id} />
      )}
    </Gate>
  );
}
