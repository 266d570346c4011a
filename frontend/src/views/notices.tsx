// What has to be told: a lost connection, a damaged file, the server's refusals, results of an upload.
import { useApp } from '../components/app-context.ts';
import { Icon } from '../components/icon.tsx';
import { formatClock, formatPlural, formatShare } from '../state/format.ts';
import type { Notice } from '../state/page-state.ts';

/** Banners under the player, in the flow of the page. */
export function Banners() {
  const { store } = useApp();
  const { link, frame, session } = store.state.value;
  const damage = session?.recording.damage ?? '';
  const durationNs = session?.recording.durationNs ?? 0;
  return (
    <>
      {link.status === 'lost' ? (
        <p class="banner error" role="alert">
          {frame === undefined
            ? 'No connection to the server. Is “tailscope serve” still running? Trying again by itself.'
            : `The connection to the server is lost; the figures below stand still at ${formatClock(frame.clock.atNs, durationNs)}. Trying again by itself, nothing to do.`}
        </p>
      ) : null}
      {damage === '' ? null : (
        <p class="banner warn" role="status">
          This recording is damaged: {damage}
        </p>
      )}
      {session?.recording.calls === 0 ? (
        <p class="banner" role="status">
          {session.recording.packets === 0
            ? 'This recording holds no system calls.'
            : `This recording holds ${formatPlural(session.recording.packets, 'packet')} and no system calls: programs of the sections socket, tc and xdp see them.`}
        </p>
      ) : null}
    </>
  );
}

/** Notices in the corner; each stands until it is dismissed. */
export function Notices() {
  const { store, commands } = useApp();
  const { notices, upload } = store.state.value;
  return (
    <div class="notices">
      {upload === undefined ? null : (
        <div class="notice info" role="status">
          <p>
            {upload.share < 1
              ? `Sending ${upload.file}: ${formatShare(upload.share)}`
              : `${upload.file} is sent; the server reads it.`}
          </p>
          <progress
            aria-label={`Upload of ${upload.file}`}
            {...(upload.share < 1 ? { value: upload.share, max: 1 } : {})}
          />
        </div>
      )}
      {notices.map((notice) => (
        <NoticeCard key={notice.id} notice={notice} onDismiss={() => commands.dismiss(notice.id)} />
      ))}
    </div>
  );
}

function NoticeCard({ notice, onDismiss }: { readonly notice: Notice; readonly onDismiss: () => void }) {
  const { tone, details, times } = notice;
  // The verifier's words go over many lines, as the command line has them.
  const [text, ...log] = notice.text.split('\n');
  return (
    <div class={`notice ${tone}`} role={tone === 'error' ? 'alert' : 'status'}>
      <p>
        {text}
        {times > 1 ? <span class="soft"> ({times} ×)</span> : null}
      </p>
      {log.length === 0 ? null : (
        <pre class="notice-log" tabIndex={0} aria-label="The whole message">
          {log.join('\n')}
        </pre>
      )}
      {details.length === 0 ? null : (
        <ul>
          {details.map((detail) => (
            <li key={detail}>{detail}</li>
          ))}
        </ul>
      )}
      <button type="button" class="button quiet icon-button" aria-label="Dismiss" onClick={onDismiss}>
        <Icon name="close" />
      </button>
    </div>
  );
}
