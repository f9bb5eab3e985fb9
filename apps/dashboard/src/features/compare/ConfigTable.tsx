'use client';
import { useMemo } from 'react';
import { cx } from '../../ui/cx.ts';
import { Table, TableScroll, Td, Th } from '../../ui/Table.tsx';
import type { Token } from '../charts/plotData.ts';
import { configRows } from './configDiff.ts';
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
    () => configRows(columns.map(({ config }) => config)).filter(({ path }) => path !== 'name'),
    [columns],
  );
  const shown = all ? rows : rows.filter(({ differs }) => differs);
  if (shown.length === 0)
    return (
      <p className={styles.same}>
        No setting differs: {columns.length > 1 ? 'the same experiment' : 'there is nothing to compare with'}.
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
                <span className={styles.columnName}>
                  {column.color && (
                    <span className={styles.dot} style={{ background: `var(${column.color})` }} aria-hidden />
                  )}
                  {column.label}
                </span>
              </Th>
            ))}
          </tr>
        </thead>
        <tbody>
          {shown.map((row) => (
            <tr key={row.path} className={cx(all && row.differs && styles.differs)}>
              <Th scope="row" className={styles.path}>
                {row.path}
                {all && row.differs && <span className="visually-hidden"> (differs)</span>}
              </Th>
              {row.values.map((value, index) => (
                <Td
                  key={columns[index]?.id ?? index}
                  className={styles.configValue}
                  muted={value === undefined}
                >
                  {value ?? '–'}
                </Td>
              ))}
            </tr>
          ))}
        </tbody>
      </Table>
    </TableScroll>
  );
}
