import type { ReactNode } from 'react';
import { Loading, Page as Frame, useT } from '../../kit/index.js';

export function Page(): ReactNode {
  const t = useT();
  return (
    <Frame title={t('shell.nav.exports')}>
      <Loading />
    </Frame>
  );
}
