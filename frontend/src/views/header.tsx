// The top line: what this is, what is played, how far it can be trusted, and whether the server is there.
import { useState } from 'preact/hooks';
import { useApp } from '../components/app-context.ts';
import { Icon, type IconName, Logo } from '../components/icon.tsx';
import { chooseTheme, type Theme, theme, THEMES } from '../components/theme.ts';
import { formatCount, formatNs, formatPlural } from '../state/format.ts';
import type { RecordingInfo } from '../../../backend/protocol/index.ts';
import type { PageState } from '../state/page-state.ts';
import { ProgramPicker } from './program-picker.tsx';
import { RecordingPicker } from './recording-picker.tsx';

/** The header. `onHelp` opens the list of keys. */
export function Header({ onHelp }: { readonly onHelp: () => void }) {
  const { store } = useApp();
  const [picking, setPicking] = useState<'recording' | 'program'>();
  const close = (): void => setPicking(undefined);
  const state = store.state.value;
  const recording = state.session?.recording;
  return (
    <header class="top">
      <h1 class="brand">
        <Logo />
        Tailscope
      </h1>
      <button
        type="button"
        class="button source"
        aria-haspopup="dialog"
        onClick={() => setPicking('recording')}
      >
        <span class="source-title">{recording?.title ?? 'Choose a recording'}</span>
        <code class="source-command">{recording?.command ?? ''}</code>
        <Icon name="down" />
        <span class="unseen">Choose another recording</span>
      </button>
      <button
        type="button"
        class="button program"
        aria-haspopup="dialog"
        title="The program that the recording is replayed through"
        onClick={() => setPicking('program')}
      >
        <code class="program-name">{state.session?.program ?? 'Choose a program'}</code>
        <Icon name="down" />
        <span class="unseen">Choose another program</span>
      </button>
      <div class="badges">{recording === undefined ? null : <Badges recording={recording} />}</div>
      <LinkState state={state} />
      <ThemeSwitch />
      <button
        type="button"
        class="button quiet icon-button"
        aria-label="Keys and help"
        title="Keys and help (?)"
        onClick={onHelp}
      >
        ?
      </button>
      <RecordingPicker open={picking === 'recording'} onClose={close} />
      <ProgramPicker open={picking === 'program'} onClose={close} />
    </header>
  );
}

function Badges({ recording }: { readonly recording: RecordingInfo }) {
  const { bias, badLines, recorder } = recording;
  const through = recorder === '' ? 'the recorder' : recorder;
  const sentence =
    bias === 0
      ? `How much ${through} slowed the calls down is not known.`
      : `${through} makes calls look about ${formatCount(bias)} × slower than they are.`;
  return (
    <>
      <span class="badge accent">Replay</span>
      {bias === 1 ? null : (
        <span class="badge" title={sentence}>
          {bias === 0 ? 'bias unknown' : `bias ≈ ${formatCount(bias)} ×`}
          <span class="badge-more">{sentence}</span>
        </span>
      )}
      {badLines === 0 ? null : (
        <span class="badge error">{formatPlural(badLines, 'line')} could not be read</span>
      )}
    </>
  );
}

const LINKS = {
  connecting: 'Connecting',
  connected: 'Connected',
  lost: 'Reconnecting',
} as const satisfies Record<PageState['link']['status'], string>;

function LinkState({ state }: { readonly state: PageState }) {
  const { status, attempt } = state.link;
  const lagNs = state.frame?.lagNs ?? 0;
  const merged = state.frame?.merged ?? 0;
  return (
    <div class={`link ${status}`}>
      <span class="link-dot" aria-hidden="true" />
      <span role="status">
        {LINKS[status]}
        {status === 'lost' ? `, attempt ${attempt}` : ''}
      </span>
      {status === 'connected' ? (
        <span class="link-lag" title="Recorded time that the replay is behind its clock">
          {lagNs > 0 ? `${formatNs(lagNs)} behind` : 'no lag'}
          {merged > 0 ? `, ${formatPlural(merged, 'frame')} merged` : ''}
        </span>
      ) : null}
    </div>
  );
}

const THEME_LOOKS = {
  auto: { icon: 'half', title: 'Theme: as the system' },
  dark: { icon: 'moon', title: 'Theme: dark' },
  light: { icon: 'sun', title: 'Theme: light' },
} as const satisfies Record<Theme, { icon: IconName; title: string }>;

function ThemeSwitch() {
  const look = THEME_LOOKS[theme.value];
  const next = THEMES[(THEMES.indexOf(theme.value) + 1) % THEMES.length]!;
  return (
    <button
      type="button"
      class="button quiet icon-button"
      aria-label={look.title}
      title={look.title}
      onClick={() => chooseTheme(next)}
    >
      <Icon name={look.icon} />
    </button>
  );
}
