// The player: restart, play, speed, position, and the scrub bar.
import { useApp } from '../components/app-context.ts';
import { Icon } from '../components/icon.tsx';
import { formatClock, formatSpeed } from '../state/format.ts';
import { SPEEDS, stepSpeed } from '../state/speeds.ts';
import { Scrub } from './scrub.tsx';

const WORDS = { playing: 'Playing', paused: 'Paused', ended: 'Ended' } as const;

/** The bar below the header; it stays in view. */
export function Transport() {
  const { store, commands } = useApp();
  const { frame, session, link } = store.state.value;
  const clock = frame?.clock;
  const durationNs = session?.recording.durationNs ?? 0;
  const playing = clock?.state === 'playing';
  const playLabel = playing ? 'Pause' : clock?.state === 'ended' ? 'Play again' : 'Play';
  const speed = clock?.speed ?? 1;
  return (
    <div class="transport" role="group" aria-label="Player">
      <div class="transport-buttons">
        <button
          type="button"
          class="button icon-button"
          aria-label="Restart"
          title="Restart (Home seeks to the start)"
          disabled={clock === undefined}
          onClick={() => commands.restart()}
        >
          <Icon name="restart" />
        </button>
        <button
          type="button"
          class="button primary icon-button"
          aria-label={playLabel}
          title={`${playLabel} (Space)`}
          disabled={clock === undefined}
          onClick={() => commands.toggle()}
        >
          <Icon name={playing ? 'pause' : 'play'} />
        </button>
        <div class="speed" role="group" aria-label="Speed">
          <button
            type="button"
            class="button quiet icon-button"
            aria-label="Slower"
            title="Slower ([)"
            disabled={clock === undefined || stepSpeed(speed, -1) === speed}
            onClick={() => commands.setSpeed(stepSpeed(speed, -1))}
          >
            <Icon name="minus" />
          </button>
          <select
            class="field"
            aria-label="Speed"
            title="Speed ([ and ])"
            value={String(speed)}
            disabled={clock === undefined}
            onChange={({ currentTarget }) => {
              commands.setSpeed(Number(currentTarget.value));
              // Where the wish could not be sent the field goes back to what holds.
              currentTarget.value = String(store.state.peek().frame?.clock.speed ?? speed);
            }}
          >
            {SPEEDS.includes(speed as (typeof SPEEDS)[number]) ? null : (
              <option value={String(speed)}>{formatSpeed(speed)}</option>
            )}
            {SPEEDS.map((value) => (
              <option key={value} value={String(value)}>
                {formatSpeed(value)}
              </option>
            ))}
          </select>
          <button
            type="button"
            class="button quiet icon-button"
            aria-label="Faster"
            title="Faster (])"
            disabled={clock === undefined || stepSpeed(speed, 1) === speed}
            onClick={() => commands.setSpeed(stepSpeed(speed, 1))}
          >
            <Icon name="plus" />
          </button>
        </div>
      </div>
      <div class="clock" data-state={clock?.state ?? 'none'}>
        <output
          class="clock-at"
          aria-label="Position"
          aria-live="off"
          data-value={Math.round(clock?.atNs ?? 0)}
        >
          {formatClock(clock?.atNs ?? 0, durationNs)}
        </output>
        <span class="clock-of">
          <span class="clock-state">
            {clock === undefined || link.status === 'lost' ? 'Waiting' : WORDS[clock.state]}
          </span>
          {' of '}
          {formatClock(durationNs, durationNs)}
        </span>
      </div>
      <Scrub />
    </div>
  );
}
