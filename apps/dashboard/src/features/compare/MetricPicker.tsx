'use client';
import { ChartLine } from 'lucide-react';
import { useState } from 'react';
import { Button } from '../../ui/Button.tsx';
import { Checkbox, Input } from '../../ui/Field.tsx';
import { Popover } from '../../ui/Popover.tsx';
import { metricTitle } from '../charts/metricTitle.ts';
import { metricGroups } from '../run/metricGroups.ts';
import styles from './compare.module.css';

/** Which metrics are charted, in the order in which they were chosen. */
export function MetricPicker({
  names,
  chosen,
  onChange,
}: {
  readonly names: readonly string[];
  readonly chosen: readonly string[];
  readonly onChange: (names: readonly string[]) => void;
}) {
  const [search, setSearch] = useState('');
  const groups = metricGroups(names, search);
  return (
    <Popover
      label="Metrics"
      align="end"
      trigger={
        <Button size="sm" icon={<ChartLine size={13} aria-hidden />}>
          Metrics ({chosen.length})
        </Button>
      }
    >
      <div className={styles.picker}>
        <Input
          inputSize="sm"
          type="search"
          aria-label="Search metrics"
          placeholder="Search metrics"
          value={search}
          onChange={(event) => setSearch(event.target.value)}
        />
        <div className={styles.candidates}>
          {groups.length === 0 && <p className={styles.hint}>No metric fits.</p>}
          {groups.map((group) => (
            <fieldset key={group.prefix} className={styles.metricGroup}>
              <legend>{group.prefix}</legend>
              {group.names.map((name) => (
                <Checkbox
                  key={name}
                  label={
                    <span title={name}>
                      {metricTitle(name)}
                      {metricTitle(name) !== name && <code className={styles.rawName}> {name}</code>}
                    </span>
                  }
                  checked={chosen.includes(name)}
                  onChange={(event) =>
                    onChange(event.target.checked ? [...chosen, name] : chosen.filter((one) => one !== name))
                  }
                />
              ))}
            </fieldset>
          ))}
        </div>
      </div>
    </Popover>
  );
}
