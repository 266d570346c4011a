// Lines of trace_pipe, or records, in blocks of a hundred, so that only the blocks that changed are compared again.
import { Component } from 'preact';
import { formatPlural } from '../state/format.ts';
import { missingBefore, type PipeLine } from '../state/pipe.ts';

const BLOCK = 100;

export interface PipeLinesProps {
  readonly lines: readonly PipeLine[];
  /** Whether a jump in the numbers means lines that were not sent (it does not in a filtered list). */
  readonly gaps: boolean;
}

/** All lines given, in order. */
export function PipeLines({ lines, gaps }: PipeLinesProps) {
  const blocks: { key: number; lines: PipeLine[]; before: PipeLine | undefined }[] = [];
  let before: PipeLine | undefined;
  for (const line of lines) {
    const key = Math.floor(line.number / BLOCK);
    const block = blocks.at(-1);
    if (block?.key === key) block.lines.push(line);
    else blocks.push({ key, lines: [line], before });
    before = line;
  }
  return blocks.map(({ key, lines, before }) => (
    <LineBlock key={key} lines={lines} before={gaps ? before : undefined} gaps={gaps} />
  ));
}

interface BlockProps {
  readonly lines: readonly PipeLine[];
  readonly before: PipeLine | undefined;
  readonly gaps: boolean;
}

class LineBlock extends Component<BlockProps> {
  // A line never changes: the same ends and the same length are the same lines.
  override shouldComponentUpdate(next: BlockProps): boolean {
    const { lines, before, gaps } = this.props;
    return (
      gaps !== next.gaps ||
      before !== next.before ||
      lines.length !== next.lines.length ||
      lines[0] !== next.lines[0] ||
      lines.at(-1) !== next.lines.at(-1)
    );
  }

  override render({ lines, before, gaps }: BlockProps) {
    return (
      <div class="pipe-block">
        {lines.map((line, i) => {
          const missing = gaps ? missingBefore(i === 0 ? before : lines[i - 1], line) : 0;
          return (
            <div key={line.number}>
              {missing === 0 ? null : <p class="pipe-gap">{formatPlural(missing, 'line')} not sent</p>}
              <Line text={line.text} />
            </div>
          );
        })}
      </div>
    );
  }
}

// "comm-tid [cpu] flags time: function: text", and of a record "time map: text": the text is what matters.
function Line({ text }: { readonly text: string }) {
  const head = /^(?:\d+\.\d{6} \S+: |.*?\[\d+\].*?: (?:bpf_trace_printk: )?)/u.exec(text)?.[0] ?? '';
  return (
    <p class="pipe-line">
      <span class="pipe-head">{head}</span>
      {text.slice(head.length)}
    </p>
  );
}
