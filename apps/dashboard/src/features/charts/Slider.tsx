import type { ComponentProps } from 'react';
import { cx } from '../../ui/cx.ts';
import styles from './Slider.module.css';

/** The platform's range input, drawn alike in both themes. */
export function Slider({ className, ...rest }: Omit<ComponentProps<'input'>, 'type'>) {
  return <input {...rest} type="range" className={cx(styles.slider, className)} />;
}
