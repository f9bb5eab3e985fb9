/** Name of the window event that opens the command palette, so that any button can do it without a shared parent. */
export const OPEN_PALETTE = 'nabla:open-palette';

export function openCommandPalette(): void {
  window.dispatchEvent(new Event(OPEN_PALETTE));
}
