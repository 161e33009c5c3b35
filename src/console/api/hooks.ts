import {
  keepPreviousData,
  QueryClient,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query';
import { useMemo, useRef } from 'react';
import { asProblem, type ApiProblem } from './problem.js';
import { request, withQuery, type Method, type Query } from './client.js';
import type { ListPage } from './types.js';

/** What is known of the node; asked again when a page is opened, and tried again only when that may help. */
export function newQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 5_000,
        refetchOnWindowFocus: true,
        retry: (failures, error) =>
          failures < 2 && ['client/unreachable', 'api/unavailable'].includes(asProblem(error).code),
        retryDelay: 1_000,
      },
    },
  });
}

export interface One<Item> {
  readonly data: Item | undefined;
  /** Nothing has come yet. */
  readonly isLoading: boolean;
  /** It is asked again, with what came before at hand. */
  readonly isRefreshing: boolean;
  readonly error: ApiProblem | null;
  readonly refetch: () => void;
}

/** One thing of the API. With `null` as path nothing is asked; `every` is in milliseconds. */
export function useOne<Item>(
  path: string | null,
  options: { readonly query?: Query; readonly every?: number } = {},
): One<Item> {
  const address = path === null ? '' : withQuery(path, options.query);
  const { data, isFetching, error, refetch } = useQuery({
    queryKey: ['one', address],
    queryFn: ({ signal }) => request<Item>('GET', address, { signal }),
    enabled: path !== null,
    refetchInterval: options.every ?? false,
  });
  return {
    data,
    isLoading: path !== null && data === undefined && error === null,
    isRefreshing: isFetching && data !== undefined,
    error: error === null ? null : asProblem(error),
    refetch: () => void refetch(),
  };
}

export interface Paged<Item> {
  /** Of all pages that have come. */
  readonly items: readonly Item[];
  readonly isLoading: boolean;
  readonly isLoadingMore: boolean;
  readonly hasMore: boolean;
  readonly error: ApiProblem | null;
  readonly loadMore: () => void;
  readonly refetch: () => void;
}

/** A list of the API, page by page. `limit` items a page: 50 unless told. With `null` as path nothing is asked. */
export function usePage<Item>(
  path: string | null,
  query: Query = {},
  options: { readonly every?: number } = {},
): Paged<Item> {
  const address = path === null ? '' : withQuery(path, query);
  const list = useInfiniteQuery({
    queryKey: ['page', address],
    queryFn: ({ pageParam, signal }) =>
      request<ListPage<Item>>('GET', path ?? '', { query: { ...query, after: pageParam }, signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
    enabled: path !== null,
    refetchInterval: options.every ?? false,
    placeholderData: keepPreviousData,
  });
  const { data, error, hasNextPage, isFetchingNextPage, fetchNextPage, refetch } = list;
  const items = useMemo(() => data?.pages.flatMap((page) => page.items) ?? [], [data]);
  return {
    items,
    isLoading: path !== null && data === undefined && error === null,
    isLoadingMore: isFetchingNextPage,
    hasMore: hasNextPage,
    error: error === null ? null : asProblem(error),
    loadMore: () => {
      if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
    },
    refetch: () => void refetch(),
  };
}

export interface Action<Input, Answer> {
  /** Resolves to the answer, or to undefined when it failed: `error` says why. */
  readonly run: (input: Input) => Promise<Answer | undefined>;
  readonly isRunning: boolean;
  readonly error: ApiProblem | null;
  readonly data: Answer | undefined;
  readonly reset: () => void;
}

/**
 * Something that changes the node: `path` and `body` are made of what `run` is given; without `body`, POST sends what it is
 * given when that is an object. When it succeeds everything that was asked of the node is asked again.
 *
 * The same input after a failure has the same idempotency key: a creation whose answer was lost is not made twice.
 */
export function useAction<Input = void, Answer = unknown>(
  method: Exclude<Method, 'GET'>,
  path: string | ((input: Input) => string),
  options: {
    readonly body?: (input: Input) => unknown;
    readonly onDone?: (answer: Answer, input: Input) => void;
  } = {},
): Action<Input, Answer> {
  const client = useQueryClient();
  const attempt = useRef({ of: '', key: '' });
  const { mutateAsync, isPending, error, data, reset } = useMutation({
    mutationFn: (input: Input) => {
      const address = typeof path === 'string' ? path : path(input);
      const body = options.body === undefined ? (isPlain(input) ? input : undefined) : options.body(input);
      const of = `${method} ${address} ${JSON.stringify(body)}`;
      if (attempt.current.of !== of) attempt.current = { of, key: newKey() };
      const ask = { idempotencyKey: attempt.current.key };
      return request<Answer>(method, address, body === undefined ? ask : { ...ask, body });
    },
    onSuccess: async (answer, input) => {
      attempt.current = { of: '', key: '' };
      options.onDone?.(answer, input);
      await client.invalidateQueries();
    },
  });
  return {
    run: (input) => mutateAsync(input).catch(() => undefined),
    isRunning: isPending,
    error: error === null ? null : asProblem(error),
    data,
    reset,
  };
}

const isPlain = (input: unknown): boolean => typeof input === 'object' && input !== null;

/** 128 bits, hexadecimal; `crypto.randomUUID` is there only for addresses that count as secure. */
function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
