// Listens for the page's keys and turns them into commands.
import { useEffect } from 'preact/hooks';
import { type KeyCommand, keyCommand, SEEK_SHARE } from '../state/keys.ts';
import { stepSpeed } from '../state/speeds.ts';
import type { App } from './app-context.ts';

const FIELDS = 'input:not([type="range"]), textarea, select, [contenteditable="true"]';
const ACTING = 'button, a, summary';
/** Tables and logs that scroll inside themselves. */
const SCROLLING = '.scroller';

/** Binds the keys of state/keys.ts; `help` opens the list of them. */
export function useKeys(app: App, help: () => void): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
      const target = event.target instanceof Element ? event.target : document.body;
      // A dialog has its own keys.
      if (target.closest('dialog') !== null) return;
      const found = keyCommand({
        code: event.code,
        key: event.key,
        shift: event.shiftKey,
        typing: target.closest(FIELDS) !== null,
        acting: target.closest(ACTING) !== null,
        scrolling: target.closest(SCROLLING) !== null,
      });
      if (found === undefined) return;
      if (found.command === 'leave') {
        leave(target);
        return;
      }
      event.preventDefault();
      if (found.command === 'help') help();
      else if (found.command === 'panel') focusPanel(found.panel);
      else if (found.command === 'table') panelOf(target)?.querySelector<HTMLElement>('[data-twin]')?.click();
      else if (found.command === 'filter') focusFilter(target);
      else move(app, found.command);
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, [app, help]);
}

type Move = Exclude<KeyCommand, 'help' | 'panel' | 'table' | 'filter' | 'leave'>;

function move({ store, commands }: App, command: Move): void {
  const { session, frame } = store.state.value;
  if (session === undefined || frame === undefined) return;
  const { durationNs } = session.recording;
  const by = (share: number): void => commands.seek(frame.clock.atNs + share * durationNs);
  const moves = {
    toggle: () => commands.toggle(),
    start: () => commands.seek(0),
    end: () => commands.seek(durationNs),
    back: () => by(-SEEK_SHARE.small),
    forward: () => by(SEEK_SHARE.small),
    'back-far': () => by(-SEEK_SHARE.far),
    'forward-far': () => by(SEEK_SHARE.far),
    slower: () => commands.setSpeed(stepSpeed(frame.clock.speed, -1)),
    faster: () => commands.setSpeed(stepSpeed(frame.clock.speed, 1)),
  } satisfies Record<Move, () => void>;
  moves[command]();
}

function panelOf(target: Element): Element | null {
  return target.closest('[data-panel]');
}

function focusPanel(number: number): void {
  const panel = document.querySelector<HTMLElement>(`[data-panel="${number}"]`);
  panel?.focus({ preventScroll: true });
  panel?.scrollIntoView({ block: 'nearest' });
}

function focusFilter(target: Element): void {
  const own = panelOf(target)?.querySelector<HTMLElement>('input[type="search"]');
  const field = own ?? document.querySelector<HTMLElement>('[data-filter="syscalls"]');
  field?.focus();
}

// From a field to its panel, from a panel to the page.
function leave(target: Element): void {
  const panel = panelOf(target);
  if (panel instanceof HTMLElement && panel !== target) panel.focus();
  else if (target instanceof HTMLElement) target.blur();
}
