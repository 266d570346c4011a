// Starts the page: store, connection, drawing clock, and the view over them.
import { effect } from '@preact/signals';
import { render } from 'preact';
import { createScheduler, PAGE_CLOCK } from './charts/scheduler.ts';
import { createAnnouncer } from './components/announcer.ts';
import { type App, AppProvider } from './components/app-context.ts';
import { theme } from './components/theme.ts';
import { createCommands } from './net/commands.ts';
import { connect } from './net/connection.ts';
import { createIdle } from './net/idle.ts';
import { createStore } from './state/store.ts';
import { AppView } from './views/app-view.tsx';

const root = document.documentElement;
const idle = createIdle((now) => {
  root.dataset['idle'] = String(now);
});
root.dataset['idle'] = 'false';

const store = createStore();
const scheduler = createScheduler(PAGE_CLOCK, (quiet) => idle.set({ quiet }));
effect(() => {
  void theme.value;
  const { frame, epoch } = store.state.value;
  idle.set({ current: frame !== undefined && frame.epoch === epoch });
  scheduler.changed({ still: frame?.clock.state !== 'playing', epoch: frame?.epoch ?? -1 });
});

const asked = new URLSearchParams(location.search);
const requester = connect(
  {
    session: asked.get('session') ?? '',
    recording: asked.get('recording') ?? '',
    program: asked.get('program') ?? '',
  },
  store,
  idle,
);
// The address asked for a recording or a program: it keeps naming those that are open, for a reload.
effect(() => {
  const { seq, session } = store.state.value;
  const address = new URL(location.href);
  if (seq === 0 || session === undefined) return;
  const open = { recording: session.recording.name, program: session.program };
  for (const [key, name] of Object.entries(open))
    if (address.searchParams.has(key)) address.searchParams.set(key, name);
  if (address.href !== location.href) history.replaceState(null, '', address);
});
const announcer = createAnnouncer(PAGE_CLOCK.later);
const app: App = {
  store,
  scheduler,
  commands: createCommands(requester, store, idle),
  announce: announcer.say,
};

render(
  <AppProvider value={app}>
    <AppView spoken={announcer.text} />
  </AppProvider>,
  document.body,
);
