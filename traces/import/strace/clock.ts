// Stamps to ns since the first one.
import type { RecordingHeader } from '../../recording.ts';
import { FRACTION_NS } from '../number.ts';
import type { PrefixReader } from './prefix.ts';

const STEP_NS = FRACTION_NS;
const DAY_S = 86_400;
/** Time that one line stands for in a log without stamps, ns. */
export const LINE_NS = 1000;

/** The clock of a log. The first line with a stamp, or the first call without one, says of which kind it is. */
export class LogClock {
  kind: RecordingHeader['clock'] | undefined = undefined;
  /** Smallest step seen, ns. */
  resolutionNs = 1e9;
  /** Time 0: seconds and ns of the first stamp. */
  baseSeconds = 0;
  baseNs = 0;
  /** Time of the last line that had one, ns. */
  nowNs = 0;
  #lastSeconds = 0;
  #dayOffset = 0;

  /** Time of the line whose prefix was read last; a line without stamp has the time of the line before, or of its number. */
  read(prefix: PrefixReader, lineNumber: number, isRecord: boolean): number {
    if (prefix.stamp !== 'none') {
      this.kind ??= this.#start(prefix);
      if (prefix.stamp === this.kind) this.nowNs = this.#toNs(prefix);
    } else if (isRecord) {
      this.kind ??= 'lines';
    }
    if (this.kind === 'lines') this.nowNs = (lineNumber - 1) * LINE_NS;
    return this.nowNs;
  }

  /** A new file of the same recording begins: differences and days count anew. */
  startFile(): void {
    this.#lastSeconds = 0;
    this.#dayOffset = 0;
    if (this.kind !== 'lines') this.nowNs = 0;
  }

  #start(prefix: PrefixReader): StampedKind {
    if (prefix.stamp !== 'relative') {
      this.baseSeconds = prefix.seconds;
      this.baseNs = prefix.ns;
    }
    return prefix.stamp === 'none' ? 'realtime' : prefix.stamp;
  }

  #toNs(prefix: PrefixReader): number {
    const stepNs = STEP_NS[prefix.digits]!;
    if (stepNs < this.resolutionNs) this.resolutionNs = stepNs;
    if (this.kind === 'relative') return this.nowNs + prefix.seconds * 1e9 + prefix.ns;
    let seconds = prefix.seconds;
    if (this.kind === 'day') {
      seconds += this.#dayOffset;
      // half a day back is midnight; half a day forward is a line that was printed late, over midnight
      if (seconds < this.#lastSeconds - DAY_S / 2) {
        seconds += DAY_S;
        this.#dayOffset += DAY_S;
      } else if (this.#dayOffset > 0 && seconds > this.#lastSeconds + DAY_S / 2) {
        seconds -= DAY_S;
      }
      this.#lastSeconds = seconds;
    }
    return (seconds - this.baseSeconds) * 1e9 + (prefix.ns - this.baseNs);
  }
}

type StampedKind = Exclude<RecordingHeader['clock'], 'lines'>;
