import { useMemo } from 'react';
import { useOne, type ListPage, type Session } from '../../api/index.js';

/** The newest sessions by id: what reports and exports, which name their session alone, are about. */
export function useSessionsById(): ReadonlyMap<string, Session> {
  const { data } = useOne<ListPage<Session>>('/v1/sessions', { query: { limit: 200 } });
  return useMemo(() => new Map(data?.items.map((session) => [session.id, session])), [data]);
}
