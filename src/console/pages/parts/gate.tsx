import type { ReactNode } from 'react';
import { Forbidden, Page } from '../../kit/index.js';
import { rolesOf, useMay, type Operation } from '../../session/index.js';

/** A page for whoever may do something; the others are told which role it takes. */
export function Gate({
  needs,
  title,
  children,
}: {
  readonly needs: Operation;
  readonly title: string;
  readonly children: ReactNode;
}): ReactNode {
  const may = useMay();
  if (may(needs)) return children;
  return (
    <Page title={title}>
      <Forbidden needs={rolesOf(needs)} />
    </Page>
  );
}
