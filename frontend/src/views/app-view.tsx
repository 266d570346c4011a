// The page: header and player on top, panels below.
import { useState } from 'preact/hooks';
import type { ComponentChildren } from 'preact';
import { useComputed, type ReadonlySignal } from '@preact/signals';
import { useApp } from '../components/app-context.ts';
import { useKeys } from '../components/use-keys.ts';
import { DropZone } from './drop-zone.tsx';
import { ErrorsPanel } from './errors-panel.tsx';
import { Header } from './header.tsx';
import { HeatPanel } from './heat-panel.tsx';
import { HelpDialog } from './help-dialog.tsx';
import { LookFor } from './look-for.tsx';
import { MapsPanel } from './maps-panel.tsx';
import { Narration } from './narration.tsx';
import { Banners, Notices } from './notices.tsx';
import { PipePanel } from './pipe-panel.tsx';
import { ProgArrayPanel } from './prog-array-panel.tsx';
import { ProgramsPanel } from './programs-panel.tsx';
import { RatePanel } from './rate-panel.tsx';
import { TopPanel } from './top-panel.tsx';
import { Totals } from './totals.tsx';
import { Transport } from './transport.tsx';

/** The grid. A program without prog arrays has its output where they would be. */
function Panels({ children }: { readonly children: ComponentChildren }) {
  const { store } = useApp();
  const hasArrays = useComputed(() => store.state.value.frame?.programs.progArrays.length !== 0).value;
  return <div class={hasArrays ? 'panels' : 'panels without-arrays'}>{children}</div>;
}

/** `spoken` is the text of the live region. Reads no state itself: a frame must not draw all panels anew, they draw when their turn comes. */
export function AppView({ spoken }: { readonly spoken: ReadonlySignal<string> }) {
  const app = useApp();
  const [helping, setHelping] = useState(false);
  useKeys(app, () => setHelping(true));
  return (
    <>
      <div class="head">
        <Header onHelp={() => setHelping(true)} />
        <Transport />
      </div>
      <main>
        <Banners />
        <LookFor />
        <Totals />
        <Panels>
          <RatePanel />
          <ProgArrayPanel />
          <HeatPanel />
          <TopPanel />
          <ErrorsPanel />
          <ProgramsPanel />
          <MapsPanel />
          <PipePanel />
        </Panels>
      </main>
      <Notices />
      <HelpDialog open={helping} onClose={() => setHelping(false)} />
      <DropZone />
      <Narration spoken={spoken} />
    </>
  );
}
