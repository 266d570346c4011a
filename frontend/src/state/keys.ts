// The keys of the page, by position on the keyboard (event.code), so that they are the same keys on every layout.

export type KeyCommand =
  | 'toggle'
  | 'start'
  | 'end'
  | 'back'
  | 'forward'
  | 'back-far'
  | 'forward-far'
  | 'slower'
  | 'faster'
  | 'filter'
  | 'table'
  | 'panel'
  | 'help'
  | 'leave';

interface KeyRow {
  /** KeyboardEvent.code. */
  readonly code: string;
  readonly shift: boolean;
  readonly command: KeyCommand;
  /** As printed on the key. */
  readonly shown: string;
  readonly summary: string;
}

/** Share of the recording that an arrow key seeks by, alone and with Shift. */
export const SEEK_SHARE = { small: 0.01, far: 0.1 } as const;

// oxfmt-ignore
export const KEYS: readonly KeyRow[] = [
  { code: 'Space',        shift: false, command: 'toggle',      shown: 'Space',   summary: 'play or pause' },
  { code: 'ArrowLeft',    shift: false, command: 'back',        shown: '←',       summary: 'back by 1 % of the recording' },
  { code: 'ArrowRight',   shift: false, command: 'forward',     shown: '→',       summary: 'on by 1 %' },
  { code: 'ArrowLeft',    shift: true,  command: 'back-far',    shown: 'Shift ←', summary: 'back by 10 %' },
  { code: 'ArrowRight',   shift: true,  command: 'forward-far', shown: 'Shift →', summary: 'on by 10 %' },
  { code: 'Home',         shift: false, command: 'start',       shown: 'Home',    summary: 'to the start' },
  { code: 'End',          shift: false, command: 'end',         shown: 'End',     summary: 'to the end' },
  { code: 'BracketLeft',  shift: false, command: 'slower',      shown: '[',       summary: 'slower' },
  { code: 'BracketRight', shift: false, command: 'faster',      shown: ']',       summary: 'faster' },
  { code: 'Slash',        shift: false, command: 'filter',      shown: '/',       summary: 'filter of the focused panel, else of the system calls' },
  { code: 'KeyT',         shift: false, command: 'table',       shown: 'T',       summary: 'picture or table, in the focused panel' },
  { code: 'Digit1',       shift: false, command: 'panel',       shown: '1 – 9',   summary: 'focus a panel by its number' },
  { code: 'Slash',        shift: true,  command: 'help',        shown: '?',       summary: 'this help' },
  { code: 'Escape',       shift: false, command: 'leave',       shown: 'Esc',     summary: 'leave a field, a panel or a dialog' },
];

/** Keys that move what scrolls inside itself, when the focus is there. */
const SCROLL_KEYS: ReadonlySet<string> = new Set(['ArrowLeft', 'ArrowRight', 'Home', 'End']);

/** What is known of a key press. `typing`: the focus is in a field; `acting`: on a button, link or the like; `scrolling`: in a table or log. */
export interface KeyPress {
  readonly code: string;
  readonly key: string;
  readonly shift: boolean;
  readonly typing: boolean;
  readonly acting: boolean;
  readonly scrolling: boolean;
}

/** The command of a key press, with the number for 'panel'; undefined when the key is not ours, or belongs to what has the focus. */
export function keyCommand(press: KeyPress): { command: KeyCommand; panel: number } | undefined {
  if (press.code === 'Escape') return { command: 'leave', panel: 0 };
  if (press.typing) return undefined;
  if (press.acting && (press.code === 'Space' || press.code === 'Enter')) return undefined;
  if (press.scrolling && SCROLL_KEYS.has(press.code)) return undefined;
  // Where '?' and '/' sit elsewhere, the letter typed counts.
  if (press.key === '?') return { command: 'help', panel: 0 };
  if (press.key === '/') return { command: 'filter', panel: 0 };
  const digit = /^(?:Digit|Numpad)([1-9])$/u.exec(press.code);
  if (digit !== null) return press.shift ? undefined : { command: 'panel', panel: Number(digit[1]) };
  const row = KEYS.find(({ code, shift }) => code === press.code && shift === press.shift);
  return row === undefined ? undefined : { command: row.command, panel: 0 };
}
