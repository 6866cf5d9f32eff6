import { useEffect, useState } from 'preact/hooks';

interface Message {
  readonly id: number;
  readonly text: string;
  readonly isBad: boolean;
  readonly isSeen: boolean;
}

const SHOWN_MS = 8000;
const MOST = 4;
let count = 0;
let tell: (message: Message) => void = () => undefined;

/** Shows a line for some seconds, and says it to screen readers; only to them where everybody else sees it anyway. */
export function announce(
  text: string,
  { isBad = false, isSeen = true }: { readonly isBad?: boolean; readonly isSeen?: boolean } = {},
): void {
  count += 1;
  tell({ id: count, text, isBad, isSeen });
}

/** Where announcements appear; once in the page, and there from the beginning, as screen readers ask for. */
export function Announcer() {
  const [messages, setMessages] = useState<readonly Message[]>([]);
  useEffect(() => {
    tell = (message) => {
      setMessages((before) => [...before, message].slice(-MOST));
      setTimeout(() => setMessages((before) => before.filter(({ id }) => id !== message.id)), SHOWN_MS);
    };
    return () => {
      tell = () => undefined;
    };
  }, []);
  return (
    <div class="announcer" role="status" aria-live="polite">
      {messages.map(({ id, text, isBad, isSeen }) => (
        <p key={id} class={isSeen ? (isBad ? 'bad' : '') : 'hidden'}>
          {text}
        </p>
      ))}
    </div>
  );
}
