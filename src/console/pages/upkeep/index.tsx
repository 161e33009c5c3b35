import type { ReactNode } from 'react';
import { useLocation } from 'wouter';
import { useT } from '../../kit/index.js';
import { Gate } from '../parts/index.js';
import { Alarms } from './alarms.js';
import { Schedules } from './schedules.js';

/** What the node does and watches by itself: schedules and alarms. */
export function Page(): ReactNode {
  const t = useT();
  const [path] = useLocation();
  return path.startsWith('/alarms') ? (
    <Gate needs="GET /v1/alarms" title={t('upkeep.alarms.title')}>
      <Alarms />
    </Gate>
  ) : (
    <Gate needs="GET /v1/schedules" title={t('upkeep.schedules.title')}>
      <Schedules />
    </Gate>
  );
}
