// Copies a text, and says for a moment that it did.
import { useEffect, useState } from 'preact/hooks';

const SHOWN_MS = 2_000;
const WORDS = { no: 'Copy', yes: 'Copied', refused: 'Not allowed' } as const;

interface CopyButtonProps {
  /** Names the text: 'eBPF'. */
  readonly what: string;
  readonly text: () => string;
}

export function CopyButton({ what, text }: CopyButtonProps) {
  const [copied, setCopied] = useState<keyof typeof WORDS>('no');
  useEffect(() => {
    if (copied === 'no') return undefined;
    const timer = setTimeout(() => setCopied('no'), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [copied]);
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text()); // pages that came over plain HTTP from afar have no clipboard
      setCopied('yes');
    } catch {
      setCopied('refused');
    }
  };
  return (
    <button type="button" class="button quiet copy" onClick={() => void copy()}>
      {WORDS[copied]}
      <span class="unseen"> {what}</span>
    </button>
  );
}
