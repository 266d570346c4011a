// A session that ended while the page was away (the server was started anew, or nobody watched for long) goes on where it stood.
import type { SessionInfo } from '../../../backend/protocol/index.ts';
import type { PageState } from '../state/page-state.ts';
import type { Store } from '../state/store.ts';
import type { Requester } from './request.ts';

/**
 * Brings the new session `made` to what the page showed last (`before`): recording, program, speed, position, and whether it stood still.
 * Does nothing where the page showed nothing yet. Rejects with RequestError, for one when the recording or the program is gone with the old server.
 */
export async function continueSession(
  { session, frame }: Pick<PageState, 'session' | 'frame'>,
  made: SessionInfo,
  requester: Requester,
  store: Store,
): Promise<void> {
  if (session === undefined || frame === undefined) return;
  const { name } = session.recording;
  if (name !== made.recording.name)
    store.dispatch({
      kind: 'changed',
      info: await requester.request('session:open', { recording: name }),
    });
  if (session.program !== made.program)
    store.dispatch({
      kind: 'changed',
      info: await requester.request('program:open', { program: session.program }),
    });
  const { speed, atNs, state } = frame.clock;
  await requester.request('clock:speed', { speed });
  if (state !== 'playing') await requester.request('clock:pause', {});
  await requester.request('clock:seek', { atNs });
}
