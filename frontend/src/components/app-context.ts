// What every view can reach: the state, the commands, the drawing clock.
import { createContext, type RefObject } from 'preact';
import { useContext, useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { DrawHandle, Scheduler } from '../charts/scheduler.ts';
import type { Commands } from '../net/commands.ts';
import type { PageState } from '../state/page-state.ts';
import type { Store } from '../state/store.ts';

export interface App {
  readonly store: Store;
  readonly commands: Commands;
  readonly scheduler: Scheduler;
  /** Says something to people who listen; at most once in 3 s, the last word wins. */
  readonly announce: (text: string) => void;
}

const AppContext = createContext<App | undefined>(undefined);
export const AppProvider = AppContext.Provider;

/** The app around this component. */
export function useApp(): App {
  const app = useContext(AppContext);
  if (app === undefined) throw new Error('a view stands outside of the app');
  return app;
}

/** The state as a panel last drew it, and as it was before that. */
export interface Snapshot {
  readonly now: PageState;
  readonly before: PageState | undefined;
}

/**
 * The state at no more than `hz` a second, and only while the element of the returned ref is in view. With `settle` one more draw
 * follows each change, so that what lit up goes out again.
 */
export function useSnapshot(
  hz: number,
  settle = false,
): { readonly ref: RefObject<HTMLElement | null>; readonly snapshot: Snapshot } {
  const { store, scheduler } = useApp();
  const ref = useRef<HTMLElement>(null);
  const handle = useRef<DrawHandle>(undefined);
  const [snapshot, setSnapshot] = useState<Snapshot>({ now: store.state.peek(), before: undefined });

  useLayoutEffect(() => {
    const draw = (): void => setSnapshot(({ now }) => ({ now: store.state.peek(), before: now }));
    const added = scheduler.add({ hz, draw });
    handle.current = added;
    const observer = new IntersectionObserver((entries) => added.setVisible(entries.at(-1)!.isIntersecting));
    if (ref.current !== null) observer.observe(ref.current);
    return () => {
      observer.disconnect();
      added.remove();
    };
  }, [hz, scheduler, store]);

  useEffect(() => {
    if (settle && snapshot.before?.frame !== snapshot.now.frame) handle.current?.touch();
  }, [settle, snapshot]);

  return { ref, snapshot };
}
