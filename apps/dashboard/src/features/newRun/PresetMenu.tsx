import { PRESETS } from '@nabla/domain';
import { ChevronDown } from 'lucide-react';
import { Button } from '../../ui/Button.tsx';
import { Menu, MenuItem } from '../../ui/Menu.tsx';
import { draftText } from './draft.ts';
import styles from './RunEditor.module.css';

/** Begins anew with one of the presets. @param onChoose is given its text. */
export function PresetMenu({ onChoose }: { readonly onChoose: (text: string) => void }) {
  return (
    <Menu
      trigger={
        <Button>
          Preset <ChevronDown size={14} aria-hidden />
        </Button>
      }
    >
      {PRESETS.map((preset) => (
        <MenuItem key={preset.name} onSelect={() => onChoose(draftText(preset.config))}>
          <span className={styles.preset}>
            <span className={styles.presetTitle}>{preset.title}</span>
            <span className={styles.presetText}>{preset.description}</span>
          </span>
        </MenuItem>
      ))}
    </Menu>
  );
}
