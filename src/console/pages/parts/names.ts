import { useMemo } from 'react';
import { useOne, type Agreement, type Dataset, type ListPage, type Partner } from '../../api/index.js';
import { useMay } from '../../session/index.js';

/** As many as one request answers; whoever is further back in a list is shown by the end of the id. */
const MOST = { limit: 200 };

/** Names by id. */
export type Names = (id: string | null) => string;

function namesOf(items: readonly { readonly id: string; readonly name: string }[] | undefined): Names {
  const names = new Map(items?.map(({ id, name }) => [id, name]));
  return (id) => (id === null ? '–' : (names.get(id) ?? `…${id.slice(-6)}`));
}

export function usePartnerNames(): Names {
  const may = useMay();
  const { data } = useOne<ListPage<Partner>>(may('GET /v1/partners') ? '/v1/partners' : null, {
    query: MOST,
  });
  return useMemo(() => namesOf(data?.items), [data]);
}

export function useAgreementNames(): Names {
  const may = useMay();
  const { data } = useOne<ListPage<Agreement>>(may('GET /v1/agreements') ? '/v1/agreements' : null, {
    query: MOST,
  });
  return useMemo(() => namesOf(data?.items), [data]);
}

export function useDatasetNames(): Names {
  const may = useMay();
  const { data } = useOne<ListPage<Dataset>>(may('GET /v1/datasets') ? '/v1/datasets' : null, {
    query: MOST,
  });
  return useMemo(
    () => namesOf(data?.items.map(({ id, definition }) => ({ id, name: definition.name }))),
    [data],
  );
}
