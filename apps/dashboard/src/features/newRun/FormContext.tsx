'use client';
import { createContext, useContext } from 'react';
import type { Draft, Path } from './draft.ts';

export interface FormApi {
  readonly draft: Draft;
  /** Writes one value; undefined takes it out, so that the default is in force. */
  set(path: Path, value: unknown): void;
  /** Changes the text as a whole. */
  edit(change: (text: string) => string): void;
  /**
   * What only the field itself can know is wrong with its value, such as a choice that is gone: it counts among the draft's errors.
   * Null when nothing is.
   */
  report(path: Path, message: string | null): void;
  /** The text cannot be edited by the form now (it is not YAML of an object). */
  readonly disabled: boolean;
  readonly projectId: string;
  readonly slug: string;
}

const FormContext = createContext<FormApi | null>(null);
export const FormProvider = FormContext;

export function useForm(): FormApi {
  const form = useContext(FormContext);
  if (!form) throw new Error('useForm: used outside FormProvider');
  return form;
}
