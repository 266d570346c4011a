// The page: header and player on top, panels below.
import { useEffect, useState } from 'preact/hooks';
import type { ReadonlySignal } from '@preact/signals';
import { useApp } from '../components/app-context.ts';
import { useKeys } from '../components/use-keys.ts';
import { describeClock } from '../state/describe.ts';
import { DropZone } from './drop-zone.tsx';
import { ErrorsPanel } from './errors-panel.tsx';
import { Header } from './header.tsx';
import { HeatPanel } from './heat-panel.tsx';
import { HelpDialog } from './help-dialog.tsx';
import { MapsPanel } from './maps-panel.tsx';
import { Banners, Notices } from './notices.tsx';
import { PipePanel } from './pipe-panel.tsx';
import { ProgArrayPanel } from './prog-array-panel.tsx';
import { ProgramsPanel } from './programs-panel.tsx';
import { RatePanel } from './rate-panel.tsx';
import { TopPanel } from './top-panel.tsx';
import { Totals } from './totals.tsx';
import { Transport } from './transport.tsx';

/** `spoken` is the text of the live region. */
export function AppView({ spoken }: { readonly spoken: ReadonlySignal<string> }) {
  const app = useApp();
  const [helping, setHelping] = useState(false);
  useKeys(app, () => setHelping(true));
  const { session, frame } = app.store.state.value;
  const title = session?.recording.title;
  useEffect(() => {
    document.title = title === undefined ? 'Tailscope' : `${title} – Tailscope`;
  }, [title]);
  const state = frame?.clock.state;
  useEffect(() => {
    const now = app.store.state.peek().frame;
    if (now !== undefined) app.announce(describeClock(now));
  }, [app, state]);
  return (
    <>
      <div class="head">
        <Header onHelp={() => setHelping(true)} />
        <Transport />
      </div>
      <main>
        <Banners />
        {session === undefined || session.recording.lookFor === '' ? null : (
          <p class="look-for">
            <b>What to look for</b> {session.recording.lookFor}
          </p>
        )}
        <Totals />
        <div class="panels">
          <RatePanel />
          <ProgArrayPanel />
          <HeatPanel />
          <TopPanel />
          <ErrorsPanel />
          <ProgramsPanel />
          <MapsPanel />
          <PipePanel />
        </div>
      </main>
      <Notices />
      <HelpDialog open={helping} onClose={() => setHelping(false)} />
      <DropZone />
      <div class="unseen" role="status" aria-live="polite" data-testid="spoken">
        {spoken.value}
      </div>
    </>
  );
}
