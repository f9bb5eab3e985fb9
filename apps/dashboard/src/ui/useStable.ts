'use client';
import { useRef } from 'react';

/** The same object for as long as `key` is the same: for values that are made anew with every render but mean the same. */
export function useStable<Value>(value: Value, key: string): Value {
  const kept = useRef({ key, value });
  if (kept.current.key !== key) kept.current = { key, value };
  return kept.current.value;
}
