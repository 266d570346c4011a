// All operations of the instruction set, one row each, multiplied out of the tables in opcodes.ts. A row is what an engine dispatches
// on: 'add64_imm', 'sdiv32_reg', 'fetch_add64'. It fixes some fields of the slot, leaves some free, and every other field must be zero.
import {
  ADDR_SPACE_CAST,
  ALU,
  ATOMICS,
  CALLS,
  CLASSES,
  EXIT,
  GOTOS,
  JMP,
  MODES,
  MOVSX,
  ORDERED,
  SIZES,
  SOURCES,
  SWAPS,
  UNARY,
  WIDES,
  type AluName,
  type AtomicName,
  type CallName,
  type GotoName,
  type JmpName,
  type MovsxName,
  type OrderedName,
  type SizeName,
  type SourceName,
  type SwapName,
  type WideName,
} from './opcodes.ts';

export type Width = 32 | 64;
export type SwapBits = 16 | 32 | 64;

/** Name of an operation. Loads are by C type, stores say where the value comes from. */
export type OpName =
  | `${AluName}${Width}_${SourceName}`
  | `neg${Width}`
  | Exclude<`${MovsxName}_${Width}`, 'movsx32_32'>
  | 'addr_space_cast'
  | `${SwapName}${SwapBits}`
  | `ldx_${(typeof SIZES)[SizeName]['unsigned']}`
  | `ldx_${(typeof SIZES)[Exclude<SizeName, 'dw'>]['signed']}`
  | `${'st' | 'stx'}_${(typeof SIZES)[SizeName]['unsigned']}`
  | `atomic_${AtomicName}${Width}`
  | `${OrderedName}_${(typeof SIZES)[SizeName]['unsigned']}`
  | `ld_${WideName}`
  | `ld_${'abs' | 'ind'}_${(typeof SIZES)[Exclude<SizeName, 'dw'>]['unsigned']}`
  | `${JmpName}${Width}_${SourceName}`
  | GotoName
  | `call_${CallName}`
  | 'exit';

/** Fields of a slot besides the opcode. `hi` is imm of the second slot of a wide insn. */
export type Field = 'dst' | 'src' | 'off' | 'imm' | 'hi';

/** What an operation is, for engines and printers: switch on `kind`. */
export type OpShape =
  | { readonly kind: 'alu'; readonly alu: AluName; readonly width: Width; readonly source: SourceName }
  | { readonly kind: 'neg'; readonly width: Width }
  | { readonly kind: 'movsx'; readonly movsx: MovsxName; readonly width: Width }
  | { readonly kind: 'cast' }
  | { readonly kind: 'swap'; readonly swap: SwapName; readonly bits: SwapBits }
  | { readonly kind: 'load'; readonly size: SizeName; readonly signed: boolean }
  | { readonly kind: 'store'; readonly size: SizeName; readonly source: SourceName }
  | { readonly kind: 'atomic'; readonly atomic: AtomicName; readonly width: Width; readonly size: SizeName }
  | { readonly kind: 'acquire'; readonly size: SizeName }
  | { readonly kind: 'release'; readonly size: SizeName }
  | { readonly kind: 'wide'; readonly wide: WideName }
  | { readonly kind: 'packet'; readonly mode: 'abs' | 'ind'; readonly size: SizeName }
  | { readonly kind: 'jump'; readonly jmp: JmpName; readonly width: Width; readonly source: SourceName }
  | { readonly kind: 'goto'; readonly goto: GotoName }
  | { readonly kind: 'call'; readonly call: CallName }
  | { readonly kind: 'exit' };

/** How an operation is encoded. */
export interface OpEncoding {
  readonly name: OpName;
  /** Position in OP_LIST: a dense number for dispatch, 0 to OP_LIST.length - 1. Stable within a run, not between versions. */
  readonly index: number;
  /** First byte of the insn. */
  readonly opcode: number;
  /** Fields the insn chooses. */
  readonly free: readonly Field[];
  /** Fields that Linux does not look at: whatever stands there, the insn is this one. No text tells what stands there. */
  readonly unread: readonly Field[];
  /** Values of the fields that tell this operation from others with the same opcode; fields neither here nor in `free` are 0. */
  readonly fixed: { readonly src: number; readonly off: number; readonly imm: number };
  /** 2 for wide insns. */
  readonly slots: 1 | 2;
  /** ISA version, see opcodes.ts. */
  readonly since: number;
}
export type Op = OpEncoding & OpShape;

const WIDTHS = [64, 32] as const;
const SWAP_BITS = [16, 32, 64] as const;

/** Every operation, by `index`. */
export const OP_LIST: readonly Op[] = [
  ...aluOps(),
  ...castOps(),
  ...swapOps(),
  ...memoryOps(),
  ...atomicOps(),
  ...orderedOps(),
  ...wideOps(),
  ...jumpOps(),
].map((op, index) => Object.assign(op, { index }));

/** The same by name. */
// The generators below yield each OpName exactly once; test/vm/isa counts them.
export const OPS = Object.fromEntries(OP_LIST.map((op) => [op.name, op])) as Readonly<Record<OpName, Op>>;

const BY_OPCODE: readonly (readonly Op[])[] = Array.from({ length: 256 }, (_, opcode) =>
  OP_LIST.filter((op) => op.opcode === opcode),
);

/** Operations that share the opcode byte; none when the byte is no opcode. */
export function opsOf(opcode: number): readonly Op[] {
  return BY_OPCODE[opcode] ?? [];
}

type Draft = Omit<OpEncoding, 'index'> & OpShape;
type Values = Partial<OpEncoding['fixed']>;

function draft(
  name: OpName,
  opcode: number,
  free: readonly Field[],
  since: number,
  shape: OpShape,
  fixed: Values = {},
): Draft {
  const slots = shape.kind === 'wide' ? 2 : 1;
  const unread: Field[] = shape.kind === 'exit' ? ['off'] : [];
  return { name, opcode, free, unread, fixed: { src: 0, off: 0, imm: 0, ...fixed }, slots, since, ...shape };
}

function aluClass(width: Width): number {
  return width === 64 ? CLASSES.alu64.code : CLASSES.alu.code;
}

function* aluOps(): Generator<Draft> {
  for (const width of WIDTHS) {
    const cls = aluClass(width);
    for (const [alu, row] of rows(ALU)) {
      for (const [source, { code }] of rows(SOURCES)) {
        const free: Field[] = source === 'imm' ? ['dst', 'imm'] : ['dst', 'src'];
        const shape = { kind: 'alu', alu, width, source } as const;
        yield draft(`${alu}${width}_${source}`, row.code | code | cls, free, row.since, shape, {
          off: row.off,
        });
      }
    }
    yield draft(`neg${width}`, UNARY.neg.code | cls, ['dst'], UNARY.neg.since, { kind: 'neg', width });
    for (const [movsx, row] of rows(MOVSX)) {
      if (movsx === 'movsx32' && width === 32) continue;
      const name = `${movsx}_${width}` as OpName; // the one name that is none is left out above
      const opcode = ALU.mov.code | SOURCES.reg.code | cls;
      yield draft(name, opcode, ['dst', 'src'], row.since, { kind: 'movsx', movsx, width }, { off: row.off });
    }
  }
}

function* castOps(): Generator<Draft> {
  const opcode = ALU.mov.code | SOURCES.reg.code | CLASSES.alu64.code;
  const { off, since } = ADDR_SPACE_CAST;
  yield draft('addr_space_cast', opcode, ['dst', 'src', 'imm'], since, { kind: 'cast' }, { off });
}

function* swapOps(): Generator<Draft> {
  for (const [swap, row] of rows(SWAPS)) {
    const opcode = UNARY.end.code | SOURCES[row.source].code | CLASSES[row.cls].code;
    for (const bits of SWAP_BITS) {
      yield draft(`${swap}${bits}`, opcode, ['dst'], row.since, { kind: 'swap', swap, bits }, { imm: bits });
    }
  }
}

function* memoryOps(): Generator<Draft> {
  const mem = MODES.mem.code;
  for (const [size, { code, unsigned }] of rows(SIZES)) {
    const loadShape = { kind: 'load', size, signed: false } as const;
    yield draft(`ldx_${unsigned}`, CLASSES.ldx.code | mem | code, ['dst', 'src', 'off'], 1, loadShape);
    const immShape = { kind: 'store', size, source: 'imm' } as const;
    yield draft(`st_${unsigned}`, CLASSES.st.code | mem | code, ['dst', 'off', 'imm'], 1, immShape);
    const regShape = { kind: 'store', size, source: 'reg' } as const;
    yield draft(`stx_${unsigned}`, CLASSES.stx.code | mem | code, ['dst', 'src', 'off'], 1, regShape);
    if (size === 'dw') continue; // no sign extension of 8 bytes, and no packet load of them
    const sx = CLASSES.ldx.code | MODES.memsx.code | code;
    const sxShape = { kind: 'load', size, signed: true } as const;
    yield draft(`ldx_${SIZES[size].signed}`, sx, ['dst', 'src', 'off'], MODES.memsx.since, sxShape);
    for (const mode of ['abs', 'ind'] as const) {
      const free: Field[] = mode === 'abs' ? ['imm'] : ['src', 'imm'];
      const opcode = CLASSES.ld.code | MODES[mode].code | code;
      yield draft(`ld_${mode}_${SIZES[size].unsigned}`, opcode, free, 1, { kind: 'packet', mode, size });
    }
  }
}

function* atomicOps(): Generator<Draft> {
  for (const width of WIDTHS) {
    const size = width === 64 ? 'dw' : 'w';
    const opcode = CLASSES.stx.code | MODES.atomic.code | SIZES[size].code;
    for (const [atomic, { imm, since }] of rows(ATOMICS)) {
      const shape = { kind: 'atomic', atomic, width, size } as const;
      yield draft(`atomic_${atomic}${width}`, opcode, ['dst', 'src', 'off'], since, shape, { imm });
    }
  }
}

function* orderedOps(): Generator<Draft> {
  for (const [size, { code, unsigned }] of rows(SIZES)) {
    const opcode = CLASSES.stx.code | MODES.atomic.code | code;
    for (const [ordered, { imm, since }] of rows(ORDERED)) {
      const shape = { kind: ORDERED[ordered].kind, size } as const;
      yield draft(`${ordered}_${unsigned}`, opcode, ['dst', 'src', 'off'], since, shape, { imm });
    }
  }
}

function* wideOps(): Generator<Draft> {
  const opcode = CLASSES.ld.code | MODES.imm.code | SIZES.dw.code;
  for (const [wide, { src, hi, since }] of rows(WIDES)) {
    const free: Field[] = hi ? ['dst', 'imm', 'hi'] : ['dst', 'imm'];
    yield draft(`ld_${wide}`, opcode, free, since, { kind: 'wide', wide }, { src });
  }
}

function* jumpOps(): Generator<Draft> {
  for (const width of WIDTHS) {
    const cls = width === 64 ? CLASSES.jmp.code : CLASSES.jmp32.code;
    for (const [jmp, row] of rows(JMP)) {
      for (const [source, { code }] of rows(SOURCES)) {
        const free: Field[] = source === 'imm' ? ['dst', 'imm', 'off'] : ['dst', 'src', 'off'];
        const since = width === 64 ? row.since : 3;
        yield draft(`${jmp}${width}_${source}`, row.code | code | cls, free, since, {
          kind: 'jump',
          jmp,
          width,
          source,
        });
      }
    }
  }
  for (const [goto, row] of rows(GOTOS)) {
    const opcode = row.code | SOURCES[row.source].code | CLASSES[row.cls].code;
    yield draft(goto, opcode, [row.to], row.since, { kind: 'goto', goto });
  }
  for (const [call, row] of rows(CALLS)) {
    const free: Field[] = call === 'reg' ? ['dst'] : call === 'kfunc' ? ['imm', 'off'] : ['imm'];
    const opcode = row.code | SOURCES[row.source].code | CLASSES.jmp.code;
    yield draft(`call_${call}`, opcode, free, row.since, { kind: 'call', call }, { src: row.src });
  }
  yield draft('exit', EXIT.code | CLASSES.jmp.code, [], EXIT.since, { kind: 'exit' });
}

/** Object.entries with the keys' own type: the tables are `as const` and have no other keys. */
function rows<K extends string, V>(table: Readonly<Record<K, V>>): [K, V][] {
  return Object.entries(table) as [K, V][];
}
