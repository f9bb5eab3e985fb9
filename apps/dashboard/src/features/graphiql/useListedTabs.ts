'use client';
import { type RefObject, useEffect } from 'react';

/**
 * GraphiQL gives its tabs the role "tab" and puts two buttons into each, which assistive technology then cannot reach
 * (axe: nested-interactive). Here they become what they are: a list whose items hold buttons. Can go when @graphiql/react
 * (0.39) no longer sets role="tab" on its Reorder.Item.
 */
export function useListedTabs(container: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    const root = container.current;
    if (!root) return undefined;
    const correct = (): void => {
      for (const list of root.querySelectorAll('[role="tablist"]:has(> .graphiql-tab)'))
        list.setAttribute('role', 'list');
      for (const tab of root.querySelectorAll('.graphiql-tab')) {
        const selected = tab.getAttribute('aria-selected');
        if (tab.getAttribute('role') === 'tab') tab.setAttribute('role', 'listitem');
        if (selected === null) continue;
        tab.removeAttribute('aria-selected');
        const button = tab.querySelector('.graphiql-tab-button');
        if (selected === 'true') button?.setAttribute('aria-current', 'true');
        else button?.removeAttribute('aria-current');
      }
    };
    correct();
    const observer = new MutationObserver(correct);
    observer.observe(root, {
      subtree: true,
      childList: true,
      attributes: true,
      attributeFilter: ['role', 'aria-selected'],
    });
    return () => observer.disconnect();
  }, [container]);
}
