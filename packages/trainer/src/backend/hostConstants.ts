/** @file Host values met while recording, which become Const nodes when an op first uses them. */
import type { HostValues } from './nativeBackend.ts';

export interface HostConstant {
  readonly shape: readonly number[];
  readonly dtype: number;
  readonly values: HostValues;
}

/** Equal for constants with the same content. Large tables are not looked for: the key would be as large. */
export function contentKey({ shape, dtype, values }: HostConstant): string {
  if (values.length > 64 || !ArrayBuffer.isView(values)) return `unique ${uniqueKeys++}`;
  const bytes = Buffer.from(values.buffer, values.byteOffset, values.byteLength);
  return `${dtype} ${shape.join(',')} ${bytes.toString('base64')}`;
}

let uniqueKeys = 0;

/** For error messages: shape and first values. */
export function describeConstant({ shape, values }: HostConstant): string {
  const more = values.length > 3 ? ', …' : '';
  return `[${shape.join(',')}] = ${[...values.slice(0, 3)].join(', ')}${more}`;
}
