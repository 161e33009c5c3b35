import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef, type ReactNode } from 'react';
import { Button } from './controls.js';
import { useT } from './locale.js';

/** Tables of more columns than this give way in every one of them. */
const WIDE_COLUMNS = 6;

export interface Column<Item> {
  readonly id: string;
  readonly header: string;
  readonly cell: (row: Item) => ReactNode;
  /** Figures: set to the right, in digits of one width. */
  readonly isNumber?: boolean;
  /** Names the row; one column of a table does. */
  readonly isRowHeader?: boolean;
  /** A CSS width, such as `12rem` or `20%`. */
  readonly width?: string;
}

interface TableProps<Item> {
  /** What the table holds; for the ear unless `showCaption`. */
  readonly caption: string;
  readonly showCaption?: boolean;
  readonly columns: readonly Column<Item>[];
  readonly rows: readonly Item[];
  readonly rowKey: (row: Item) => string;
}

/**
 * A table. On a phone each row becomes a block in which every value has its heading; the roles stay those of a table.
 * `more` is for lists that come page by page.
 */
export function DataTable<Item>({
  caption,
  showCaption = false,
  columns,
  rows,
  rowKey,
  more,
}: TableProps<Item> & {
  readonly more?: More;
}): ReactNode {
  return (
    <div className="table-frame">
      <table className={columns.length > WIDE_COLUMNS ? 'table table-wide' : 'table'} role="table">
        <caption className={showCaption ? undefined : 'visually-hidden'}>{caption}</caption>
        <Head columns={columns} />
        <tbody role="rowgroup">
          {rows.map((row) => (
            <tr key={rowKey(row)} role="row">
              <Cells columns={columns} row={row} />
            </tr>
          ))}
        </tbody>
      </table>
      {more === undefined ? null : <MoreRows {...more} />}
    </div>
  );
}

/** What `usePage` tells of further pages. */
export interface More {
  readonly hasMore: boolean;
  readonly isLoadingMore: boolean;
  readonly loadMore: () => void;
}

function MoreRows({ hasMore, isLoadingMore, loadMore }: More): ReactNode {
  const t = useT();
  if (!hasMore) return null;
  return (
    <div className="table-more">
      <Button onClick={loadMore} busy={isLoadingMore}>
        {t('shell.more')}
      </Button>
    </div>
  );
}

/**
 * A table of many rows, of which only those in sight are in the page. It scrolls in a frame of its own, which takes the focus
 * for the arrow keys. Rows are `rowHeight` pixels high: what does not fit is cut off, so give it one line a cell.
 */
export function VirtualTable<Item>({
  caption,
  showCaption = false,
  columns,
  rows,
  rowKey,
  rowHeight = 44,
  total,
  more,
}: TableProps<Item> & {
  readonly rowHeight?: number;
  /** How many rows there are, when more than have come. */
  readonly total?: number;
  readonly more?: More;
}): ReactNode {
  const frame = useRef<HTMLDivElement>(null);
  // eslint-disable-next-line react-hooks/incompatible-library -- the compiler is not used; the virtualizer sees to its own renders
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => frame.current,
    estimateSize: () => rowHeight,
    overscan: 12,
  });
  const items = virtual.getVirtualItems();
  const last = items.at(-1)?.index ?? -1;
  const isAtEnd = rows.length > 0 && last >= rows.length - 20;
  const { hasMore = false, isLoadingMore = false, loadMore } = more ?? {};
  useEffect(() => {
    if (isAtEnd && hasMore && !isLoadingMore) loadMore?.();
  }, [isAtEnd, hasMore, isLoadingMore, loadMore]);
  const above = items[0]?.start ?? 0;
  const below = virtual.getTotalSize() - (items.at(-1)?.end ?? 0);
  const rowCount = hasMore ? -1 : rows.length + 1;
  return (
    <div className="virtual-frame" ref={frame} tabIndex={0} role="region" aria-label={caption}>
      <table
        className="table table-virtual"
        role="table"
        aria-rowcount={total === undefined ? rowCount : total + 1}
      >
        <caption className={showCaption ? undefined : 'visually-hidden'}>{caption}</caption>
        <Head columns={columns} />
        <tbody role="rowgroup">
          <Space height={above} columns={columns.length} />
          {items.map(({ index }) => {
            const row = rows[index];
            return row === undefined ? null : (
              <tr key={rowKey(row)} role="row" aria-rowindex={index + 2} style={{ height: rowHeight }}>
                <Cells columns={columns} row={row} />
              </tr>
            );
          })}
          <Space height={below} columns={columns.length} />
        </tbody>
      </table>
      {isLoadingMore ? <LoadingMore /> : null}
    </div>
  );
}

function LoadingMore(): ReactNode {
  const t = useT();
  return (
    <p className="table-loading" role="status">
      {t('shell.loading')}
    </p>
  );
}

function Space({ height, columns }: { readonly height: number; readonly columns: number }): ReactNode {
  if (height <= 0) return null;
  return (
    <tr aria-hidden="true" className="table-space">
      <td colSpan={columns} style={{ height }} />
    </tr>
  );
}

function Head<Item>({ columns }: { readonly columns: readonly Column<Item>[] }): ReactNode {
  return (
    <thead role="rowgroup">
      <tr role="row">
        {columns.map(({ id, header, isNumber = false, width }) => (
          <th
            key={id}
            scope="col"
            role="columnheader"
            className={isNumber ? 'cell-number' : undefined}
            style={width === undefined ? undefined : { width }}
          >
            {header}
          </th>
        ))}
      </tr>
    </thead>
  );
}

function Cells<Item>({
  columns,
  row,
}: {
  readonly columns: readonly Column<Item>[];
  readonly row: Item;
}): ReactNode {
  return columns.map(({ id, header, cell, isNumber = false, isRowHeader = false }) => {
    const className = isNumber ? 'cell-number' : undefined;
    const inside = (
      <>
        <span className="cell-label" aria-hidden="true">
          {header}
        </span>
        <span className="cell-value">{cell(row)}</span>
      </>
    );
    return isRowHeader ? (
      <th key={id} scope="row" role="rowheader" className={className}>
        {inside}
      </th>
    ) : (
      <td key={id} role="cell" className={className}>
        {inside}
      </td>
    );
  });
}

/** A list of many items of one height, of which only those in sight are in the page. */
export function VirtualList<Item>({
  label,
  items,
  itemKey,
  itemHeight = 56,
  children,
}: {
  readonly label: string;
  readonly items: readonly Item[];
  readonly itemKey: (item: Item) => string;
  readonly itemHeight?: number;
  readonly children: (item: Item) => ReactNode;
}): ReactNode {
  const frame = useRef<HTMLDivElement>(null);
  // eslint-disable-next-line react-hooks/incompatible-library -- as in the table above
  const virtual = useVirtualizer({
    count: items.length,
    getScrollElement: () => frame.current,
    estimateSize: () => itemHeight,
    overscan: 8,
  });
  return (
    <div className="virtual-frame" ref={frame} tabIndex={0} role="region" aria-label={label}>
      <ul className="virtual-list" style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map(({ index, start }) => {
          const item = items[index];
          return item === undefined ? null : (
            <li
              key={itemKey(item)}
              aria-setsize={items.length}
              aria-posinset={index + 1}
              style={{ height: itemHeight, transform: `translateY(${start}px)` }}
            >
              {children(item)}
            </li>
          );
        })}
      </ul>
    </div>
  );
}
