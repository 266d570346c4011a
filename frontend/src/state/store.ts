// The state in a signal, and the one function that changes it.
import { type ReadonlySignal, signal } from '@preact/signals';
import { INITIAL_STATE, type Message, type PageState } from './page-state.ts';
import { reduce } from './reduce.ts';

export interface Store {
  readonly state: ReadonlySignal<PageState>;
  dispatch(message: Message): void;
}

/** A store that starts empty. */
export function createStore(): Store {
  const state = signal(INITIAL_STATE);
  return {
    state,
    dispatch: (message) => {
      state.value = reduce(state.value, message);
    },
  };
}
