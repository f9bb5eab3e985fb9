'use client';
import { Check, Copy } from 'lucide-react';
import { useEffect, useState } from 'react';
import { Button, IconButton } from './Button.tsx';
import { useToast } from './Toast.tsx';

/** Puts `text` on the clipboard and says so. */
export function CopyButton({
  text,
  label = 'Copy',
  iconOnly = false,
}: {
  readonly text: string;
  readonly label?: string;
  readonly iconOnly?: boolean;
}) {
  const [copied, setCopied] = useState(false);
  const toast = useToast();
  useEffect(() => {
    if (!copied) return undefined;
    const timer = setTimeout(() => setCopied(false), 2000);
    return () => clearTimeout(timer);
  }, [copied]);
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text);
      setCopied(true);
    } catch (error) {
      // Browsers refuse outside https and localhost.
      toast.fail(
        `The browser refused to copy (${error instanceof Error ? error.message : String(error)}). Select the text and copy it by hand.`,
      );
    }
  };
  if (iconOnly)
    return (
      <IconButton label={copied ? 'Copied' : label} size="sm" onClick={() => void copy()}>
        {copied ? <Check size={12} aria-hidden /> : <Copy size={12} aria-hidden />}
      </IconButton>
    );
  return (
    <Button
      onClick={() => void copy()}
      icon={copied ? <Check size={14} aria-hidden /> : <Copy size={14} aria-hidden />}
      aria-live="polite"
    >
      {copied ? 'Copied' : label}
    </Button>
  );
}
