'use client';
import { ChevronRight } from 'lucide-react';
import { Fragment, useMemo, useState } from 'react';
import { cx } from '../../ui/cx.ts';
import { Table, TableScroll, Td, Th } from '../../ui/Table.tsx';
import type { Token } from '../charts/plotData.ts';
import { readConfig } from '../run/runRule.ts';
import { type ConfigRow, configRows, NO_PART } from './configDiff.ts';
import styles from './compare.module.css';

export interface ConfigColumn {
  readonly id: string;
  readonly label: string;
  readonly config: unknown;
  readonly color?: Token;
}

/** Configurations side by side. Without `all`, only the settings that differ; with it, those are marked. */
export function ConfigTable({
  columns,
  all,
}: {
  readonly columns: readonly ConfigColumn[];
  readonly all: boolean;
}) {
  const rows = useMemo(
    () =>
      // Read again, for the schema's order: the database keeps no order of keys.
      configRows(columns.map(({ config }) => readConfig(config) ?? config)).filter(
        ({ path }) => path !== 'name',
      ),
    [columns],
  );
  // What a person folded or unfolded; else a part is open where those that have it differ.
  const [folds, setFolds] = useState<ReadonlyMap<string, boolean>>(new Map());
  const shown = all ? rows : rows.filter(({ differs }) => differs);
  if (shown.length === 0)
    return (
      <p className={styles.same}>
        {columns.length > 1 ? 'No setting differs.' : 'There is nothing to compare with.'}
      </p>
    );
  return (
    <TableScroll label="Configurations">
      <Table className={styles.configTable}>
        <thead>
          <tr>
            <Th>Setting</Th>
            {columns.map((column) => (
              <Th key={column.id}>
                <span className={styles.columnName} title={column.label}>
                  {column.color && (
                    <span className={styles.dot} style={{ background: `var(${column.color})` }} aria-hidden />
                  )}
                  <span className={styles.columnText}>{column.label}</span>
                </span>
              </Th>
            ))}
          </tr>
        </thead>
        <tbody>
          {shown.map((row) => {
            const inner = row.rows.filter(({ differs }) => differs);
            const open = folds.get(row.path) ?? inner.length > 0;
            return (
              <Fragment key={row.path}>
                <SettingRow
                  row={row}
                  columns={columns}
                  marked={all}
                  fold={
                    row.rows.length > 0
                      ? { open, onToggle: () => setFolds(new Map(folds).set(row.path, !open)) }
                      : null
                  }
                />
                {open &&
                  (folds.has(row.path) || all ? row.rows : inner).map((one) => (
                    <SettingRow
                      key={one.path}
                      row={one}
                      columns={columns}
                      marked={all}
                      fold={null}
                      part={row.path}
                    />
                  ))}
              </Fragment>
            );
          })}
        </tbody>
      </Table>
    </TableScroll>
  );
}

function SettingRow({
  row,
  columns,
  marked,
  fold,
  part = null,
}: {
  readonly row: ConfigRow;
  readonly columns: readonly ConfigColumn[];
  /** Settings that differ are marked: there are others. */
  readonly marked: boolean;
  /** Of a part: its settings below it. */
  readonly fold: { readonly open: boolean; readonly onToggle: () => void } | null;
  /** The part that it belongs to, which stands above it. */
  readonly part?: string | null;
}) {
  return (
    <tr className={cx(marked && row.differs && styles.differs)}>
      <Th scope="row" className={cx(styles.path, part !== null && styles.within)}>
        {fold ? (
          <button type="button" className={styles.fold} aria-expanded={fold.open} onClick={fold.onToggle}>
            <ChevronRight size={13} aria-hidden className={cx(styles.chevron, fold.open && styles.turned)} />
            <PathText path={row.path} />
          </button>
        ) : part === null ? (
          <PathText path={row.path} />
        ) : (
          <>
            <span className="visually-hidden">{part}.</span>
            <PathText path={row.path.slice(part.length + 1)} />
          </>
        )}
        {marked && row.differs && <span className="visually-hidden"> (differs)</span>}
      </Th>
      {row.values.map((value, index) => (
        <Td
          key={columns[index]?.id ?? index}
          className={cx(styles.configValue, fold !== null && styles.part)}
          muted={value === undefined || (fold !== null && value === NO_PART)}
        >
          {value ?? (part === null ? '–' : '')}
        </Td>
      ))}
    </tr>
  );
}

/** A path that breaks between its words where it must. */
function PathText({ path }: { readonly path: string }) {
  return path.split(/(?<=[._])|(?=[A-Z])/).map((word, index) => (
    <Fragment key={index}>
      {index > 0 && <wbr />}
      {word}
    </Fragment>
  ));
}
