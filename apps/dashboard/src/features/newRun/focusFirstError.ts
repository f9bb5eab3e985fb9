/** @file From the list of errors to the first place in the form where one stands. */

/** Marks a message that belongs to no single control, so that it can be gone to. */
export const ERROR_MARK = { 'data-field-error': '', tabIndex: -1 } as const;

/**
 * Focuses the first control with an error, or the first message that stands by itself. The YAML comes last in the
 * form: it takes what no field shows.
 */
export function focusFirstError(form: HTMLElement): void {
  const first = form.querySelector<HTMLElement>('[aria-invalid="true"], [data-field-error]');
  if (!first) return;
  first.closest('details')?.setAttribute('open', '');
  first.scrollIntoView({ block: 'center' });
  first.focus({ preventScroll: true });
}
