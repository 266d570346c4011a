// How many tail calls the runs made: 0 to 33, one bar each.
import { formatCount, formatPlural } from '../state/format.ts';
import { deepest } from '../state/slots.ts';

/** Most tail calls that a run can make. */
const LIMIT = 33;

/** Heights go by the logarithm: one deep chain beside a million flat ones must be seen. */
export function DepthBars({ depth }: { readonly depth: readonly number[] }) {
  const most = Math.log(1 + Math.max(1, ...depth));
  const deep = deepest(depth);
  const label =
    deep < 0
      ? 'Depth of chains: nothing ran yet.'
      : `Depth of chains: the deepest run made ${formatPlural(deep, 'tail call')} of at most ${LIMIT}.`;
  return (
    <figure class="depth">
      <div class="depth-bars" role="img" aria-label={label}>
        {Array.from({ length: LIMIT + 1 }, (_, d) => {
          const runs = depth[d] ?? 0;
          return (
            <i
              key={d}
              class={runs > 0 ? 'depth-bar used' : 'depth-bar'}
              style={{ height: `${runs > 0 ? 8 + (92 * Math.log(1 + runs)) / most : 0}%` }}
              title={`${d} tail calls: ${formatCount(runs)} runs`}
            />
          );
        })}
      </div>
      <div class="depth-axis" aria-hidden="true">
        <span>0</span>
        <span>tail calls in a run</span>
        <span>{LIMIT}</span>
      </div>
    </figure>
  );
}
