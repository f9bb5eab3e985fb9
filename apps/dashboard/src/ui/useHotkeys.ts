'use client';
import { useEffect, useRef } from 'react';

export type Hotkeys = Readonly<Record<string, (event: KeyboardEvent) => void>>;

/**
 * Single keys of a page ("j", "Enter", "?"), and those with a modifier as "mod+k" (Ctrl, or Command on a Mac). Not heard
 * while somebody types in a field, nor single keys while a dialog or menu is open, nor when a control below would take them.
 */
export function useHotkeys(hotkeys: Hotkeys, enabled = true): void {
  const current = useRef(hotkeys);
  current.current = hotkeys;
  useEffect(() => {
    if (!enabled) return undefined;
    const onKey = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.altKey) return;
      const mod = event.ctrlKey || event.metaKey;
      const handler = current.current[mod ? `mod+${event.key.toLowerCase()}` : event.key];
      if (!handler) return;
      if (!mod && (isTyping(event.target) || document.querySelector('[role="dialog"], [role="menu"]')))
        return;
      if (!mod && (event.key === 'Enter' || event.key === ' ') && isControl(event.target)) return;
      event.preventDefault();
      handler(event);
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, [enabled]);
}

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLInputElement)
    return !['checkbox', 'radio', 'button', 'range'].includes(target.type);
  return (
    target.isContentEditable || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement
  );
}

function isControl(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement && target.closest('a, button, input, summary, [role="button"]') !== null
  );
}
