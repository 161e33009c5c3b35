import type { ReactNode } from 'react';
import type { One, Paged } from '../../api/index.js';
import { ErrorState, Loading } from '../../kit/index.js';

/** The states of a list: it comes, it failed, it is empty; else what `children` makes of it. */
export function Listed<Item>({
  list,
  empty,
  children,
}: {
  readonly list: Paged<Item>;
  readonly empty: ReactNode;
  readonly children: (items: readonly Item[]) => ReactNode;
}): ReactNode {
  if (list.isLoading) return <Loading lines={6} />;
  if (list.error !== null && list.items.length === 0) {
    return <ErrorState error={list.error} onRetry={list.refetch} />;
  }
  if (list.items.length === 0) return empty;
  return (
    <>
      {list.error === null ? null : <ErrorState error={list.error} onRetry={list.refetch} />}
      {children(list.items)}
    </>
  );
}

/** The states of one thing. What came before stays in sight when asking again fails. */
export function Shown<Item>({
  one,
  lines = 6,
  children,
}: {
  readonly one: One<Item>;
  readonly lines?: number;
  readonly children: (item: Item) => ReactNode;
}): ReactNode {
  if (one.data !== undefined) return children(one.data);
  if (one.error !== null) return <ErrorState error={one.error} onRetry={one.refetch} />;
  return <Loading lines={lines} />;
}
