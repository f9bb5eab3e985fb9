'use client';
import { X } from 'lucide-react';
import { Toast as Radix } from 'radix-ui';
import { type ReactNode, createContext, useCallback, useContext, useMemo, useState } from 'react';
import { IconButton } from './Button.tsx';
import { cx } from './cx.ts';
import styles from './Toast.module.css';

export type ToastTone = 'neutral' | 'good' | 'bad';
interface Message {
  readonly id: number;
  readonly text: string;
  readonly tone: ToastTone;
}
export interface Toaster {
  /** Something was done. */
  say(text: string): void;
  /** Something failed; stays longer. */
  fail(text: string): void;
}

const ToastContext = createContext<Toaster | null>(null);
let lastId = 0;

export function ToastProvider({ children }: { readonly children: ReactNode }) {
  const [messages, setMessages] = useState<ReadonlyArray<Message>>([]);
  const add = useCallback((text: string, tone: ToastTone) => {
    lastId += 1;
    const id = lastId;
    setMessages((present) => [...present.slice(-3), { id, text, tone }]);
  }, []);
  const remove = (id: number): void =>
    setMessages((present) => present.filter((message) => message.id !== id));
  const toaster = useMemo<Toaster>(
    () => ({ say: (text) => add(text, 'good'), fail: (text) => add(text, 'bad') }),
    [add],
  );
  return (
    <ToastContext value={toaster}>
      <Radix.Provider swipeDirection="right">
        {children}
        {messages.map((message) => (
          <Radix.Root
            key={message.id}
            className={cx(styles.toast, styles[message.tone])}
            duration={message.tone === 'bad' ? 12_000 : 5_000}
            type={message.tone === 'bad' ? 'foreground' : 'background'}
            onOpenChange={(open) => {
              if (!open) remove(message.id);
            }}
          >
            <Radix.Description className={styles.text}>{message.text}</Radix.Description>
            <Radix.Close asChild>
              <IconButton label="Dismiss" size="sm">
                <X size={14} aria-hidden />
              </IconButton>
            </Radix.Close>
          </Radix.Root>
        ))}
        <Radix.Viewport className={styles.viewport} />
      </Radix.Provider>
    </ToastContext>
  );
}

/** For short messages after an action. Errors of a form belong to its fields instead. */
export function useToast(): Toaster {
  const toaster = useContext(ToastContext);
  if (!toaster) throw new Error('useToast: used outside ToastProvider');
  return toaster;
}
