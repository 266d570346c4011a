// A program in three columns beside each other: its source, its insns, the code that was generated. What belongs together lights up together.
import type { CodeView } from '../../../backend/protocol/index.ts';
import { useComputed } from '@preact/signals';
import { useEffect, useMemo, useState } from 'preact/hooks';
import { useApp, useSnapshot } from '../components/app-context.ts';
import { type Aim, CodeColumn, ROW_PX } from '../components/code-column.tsx';
import { CopyButton } from '../components/copy-button.tsx';
import { Icon } from '../components/icon.tsx';
import { Modal } from '../components/modal.tsx';
import { type CodeHits, heatOf, hitsOfRow } from '../state/code-hits.ts';
import {
  CODE_COLUMN_NAMES,
  CODE_COLUMNS,
  type CodeColumnName,
  codeModel,
  type CodePlace,
  type CodeRow,
  columnText,
  findRows,
  pcsOf,
} from '../state/code-model.ts';
import { describeCode, describePlace } from '../state/describe-code.ts';
import { formatCount, formatPlural, formatShort } from '../state/format.ts';
import { CodeSearch } from './code-search.tsx';

interface CodeDialogProps {
  /** Name of the program that is shown; undefined: closed. */
  readonly prog: string | undefined;
  readonly onShow: (prog: string | undefined) => void;
}

export function CodeDialog({ prog, onShow }: CodeDialogProps) {
  return (
    <Modal
      title={prog === undefined ? 'Code' : `Code of ${prog}`}
      open={prog !== undefined}
      onClose={() => onShow(undefined)}
      isWide
    >
      {prog === undefined ? null : <ProgramCode key={prog} prog={prog} onShow={onShow} />}
    </Modal>
  );
}

/** Times a second that hits are asked for while it plays. */
const HITS_HZ = 2;

function ProgramCode({ prog, onShow }: { readonly prog: string; readonly onShow: (prog: string) => void }) {
  const { commands } = useApp();
  const { ref, snapshot } = useSnapshot(HITS_HZ);
  const { code, hits, frame } = snapshot.now;
  const epoch = frame?.epoch;
  const shown = code?.prog === prog ? code : undefined;
  const hasHits = shown?.hasHits === true;
  useEffect(() => commands.readCode(prog), [commands, prog, epoch]);
  useEffect(() => {
    if (hasHits) commands.readHits(prog);
  }, [commands, prog, hasHits, frame?.points]);
  const names = frame?.programs.progs.map(({ name }) => name) ?? [];
  return (
    <section ref={ref} class="code" aria-label={`Code of ${prog}`}>
      <div class="code-tools">
        <label>
          Program{' '}
          <select class="field" value={prog} onChange={({ currentTarget }) => onShow(currentTarget.value)}>
            {names.map((name) => (
              <option key={name} value={name}>
                {name}
              </option>
            ))}
          </select>
        </label>
        <PlayButton />
        <button
          type="button"
          class="button"
          aria-pressed={hasHits}
          title="Counts how often each insn runs, from the start of the recording on; that takes time"
          onClick={() => commands.profile(!hasHits)}
        >
          Count hits
        </button>
        <p class="code-facts">{shown === undefined ? 'Reading the code…' : describeCode(shown)}</p>
      </div>
      {shown === undefined ? null : <Columns code={shown} hits={hits?.prog === prog ? hits : undefined} />}
    </section>
  );
}

/** The player's keys do not reach through a dialog. */
function PlayButton() {
  const { commands, store } = useApp();
  const isPlaying = useComputed(() => store.state.value.frame?.clock.state === 'playing').value;
  return (
    <button type="button" class="button" onClick={() => commands.toggle()}>
      <Icon name={isPlaying ? 'pause' : 'play'} />
      {isPlaying ? 'Pause' : 'Play'}
    </button>
  );
}

interface ColumnsProps {
  readonly code: CodeView;
  readonly hits: CodeHits | undefined;
}

function Columns({ code, hits }: ColumnsProps) {
  const model = useMemo(() => codeModel(code), [code]);
  const [hover, setHover] = useState<CodePlace>();
  const [aim, setAim] = useState<Aim>();
  const [tab, setTab] = useState<CodeColumnName>('insns');
  const [search, setSearch] = useState('');
  const places = useMemo(() => findRows(model, search), [model, search]);
  const lit = hover === undefined ? (aim?.pcs ?? NO_PCS) : pcsOf(model, hover);
  const sentence = useMemo(
    () => (aim === undefined ? HINT : describePlace(model, aim, hits)),
    [model, aim, hits],
  );
  const hoverAt = (next: CodePlace | undefined): void =>
    setHover((last) => (last?.column === next?.column && last?.row === next?.row ? last : next));
  const choose = (next: Aim): void => {
    setHover(undefined); // what was chosen last counts, wherever the pointer rests
    setAim(next);
  };
  const go = (place: CodePlace): void => {
    setTab(place.column);
    choose({ ...place, pcs: pcsOf(model, place), top: GO_TOP });
  };
  return (
    <>
      <div class="code-tools">
        <CodeSearch search={search} places={places} aim={aim} onSearch={setSearch} onGo={go} />
        <div class="code-tabs" role="group" aria-label="Column">
          {CODE_COLUMN_NAMES.map((name) => (
            <button
              key={name}
              type="button"
              class="button"
              aria-pressed={name === tab}
              onClick={() => setTab(name)}
            >
              {CODE_COLUMNS[name].title}
            </button>
          ))}
        </div>
      </div>
      <div class="code-columns" data-tab={tab}>
        {CODE_COLUMN_NAMES.map((name) => (
          <section key={name} class="code-column" data-column={name} aria-label={CODE_COLUMNS[name].title}>
            <header>
              <h3>{CODE_COLUMNS[name].title}</h3>
              <small>{sizeText(code, name)}</small>
              <CopyButton what={CODE_COLUMNS[name].title} text={() => columnText(model[name])} />
            </header>
            {model[name].length === 0 ? (
              <p class="empty">{emptyText(code, name)}</p>
            ) : (
              <CodeColumn
                name={name}
                title={CODE_COLUMNS[name].title}
                rows={model[name]}
                lit={lit}
                aim={aim}
                found={new Set(places.filter(({ column }) => column === name).map(({ row }) => row))}
                side={
                  hits === undefined || name === 'wasm' ? undefined : (row) => <Hits hits={hits} row={row} />
                }
                onHover={(row) => hoverAt(row === undefined ? undefined : { column: name, row })}
                onChoose={choose}
              />
            )}
          </section>
        ))}
      </div>
      <p class="code-place" role="status">
        {sentence}
      </p>
    </>
  );
}

const HINT = 'Point at a line, or choose one with the arrow keys: its partners light up.';
const NO_PCS: ReadonlySet<number> = new Set();
/** Where a row that a search found comes to stand. */
const GO_TOP = 4 * ROW_PX;

function sizeText({ source, insns, wasm, wasmBytes, wasmLocals }: CodeView, name: CodeColumnName): string {
  if (name === 'source') return source.length === 0 ? '' : formatPlural(source.length, 'line');
  if (name === 'insns') return formatPlural(insns.length, 'insn');
  const locals = formatPlural(wasmLocals, 'local');
  return wasm.length === 0 ? '' : `${formatCount(wasmBytes)} bytes, ${locals}`;
}

function emptyText({ why, isAssembly }: CodeView, name: CodeColumnName): string {
  if (name === 'source' && isAssembly) return 'It was written in assembly: the insns are its source.';
  if (name === 'wasm' && why !== undefined) return `No code was generated: ${why}.`;
  return CODE_COLUMNS[name].empty;
}

function Hits({ hits, row }: { readonly hits: CodeHits; readonly row: CodeRow }) {
  const count = hitsOfRow(hits, row) ?? 0;
  return (
    <span
      class={count === 0 ? 'code-hits zero' : 'code-hits'}
      title={`${formatCount(count)} times`}
      data-value={formatCount(count)}
    >
      <span class="code-heat" style={{ width: `${Math.round(heatOf(count, hits.most) * 100)}%` }} />
      <span>{formatShort(count)}</span>
    </span>
  );
}
