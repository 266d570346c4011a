// The only door of the machine.
export type * from './api.ts';
export type { Effect, EffectDetail } from './effects.ts';
export type * from './object.ts';
export type { BatchColumns, EventBatch } from './kernel/event-batch.ts';
export type { EventName, EventPoint, SignalInfo } from './kernel/event-point.ts';
export type { Kernel } from './kernel/kernel.ts';
export { DEFAULT_KERNEL, KERNELS, kernelOfTypes, type KernelName } from './kernel/profiles/index.ts';
export type { UnknownRead } from './kernel/memory/unknown-reads.ts';
export { emptyPoint } from './kernel/point.ts';
export type { PacketPoint, SyscallPoint, UserMemory } from './kernel/point.ts';
export type {
  CredId,
  FileFacts,
  NamespaceName,
  ProcessFacts,
  SocketFacts,
  TaskFacts,
} from './kernel/task-facts.ts';
export { linkObject, type LinkedObject, type LinkOptions } from './elf/link-object.ts';
export type { MapSizes } from './elf/link-maps.ts';
export type {
  ObjectExtern,
  ObjectFile,
  ObjectFunc,
  ObjectReloc,
  ObjectSection,
  ObjectStructOps,
} from './elf/object-file.ts';
export type { AssumedSize, SizeName } from './elf/open-sizes.ts';
export { readObject } from './elf/read-object.ts';
export { globalVariables, type GlobalValue, type GlobalVariable } from './elf/set-globals.ts';
export { BtfError } from './btf/btf-error.ts';
export { declaration } from './btf/text.ts';
export { cHeader, declarations } from './btf/c-declarations.ts';
export { parseBtf } from './btf/parse.ts';
export { recordTypeOf } from './btf/record-type.ts';
export { valueOf, type BtfValue } from './btf/value.ts';
export { valueJson } from './btf/value-text.ts';
export type { MapRecord } from './maps/map.ts';
export type { SyscallInfo } from './kernel/syscalls.ts';
export { assembleObject, assembleProg } from './asm/assemble.ts';
export { disassemble, logLine, type DisassembledLine, type Dialect } from './asm/disassemble.ts';
export { AsmError, printProblem, type AsmCode, type AsmProblem } from './asm/errors.ts';
export {
  formatText,
  tracepointFormat,
  type FormatField,
  type TracepointFormat,
} from './kernel/tracepoint-format.ts';
export { ERRNO } from './errno.ts';
export {
  codeRows,
  type CodeFunc,
  type CodeInsn,
  type CodeRow,
  type ProgCode,
  type SourceLine,
  type WasmFunc,
  type WasmLine,
} from './prog-code.ts';
export { createMachine } from './machine.ts';
export { LoadError, type LoadErrorCode } from './load-error.ts';
export { formatPrintk } from './host.ts';
export { SAMPLES } from './samples/index.ts';
export type { ProgAttr } from './kernel/prog-load.ts';
export { kernelTypes } from './btf/kernel-types.ts';
export { inputOf } from './verifier/input-of.ts';
export type { VerifyInput, VerifyOptions } from './verifier/input.ts';
export { lackingOf } from './verifier/lacking.ts';
export { printLog } from './verifier/print.ts';
export { printReport } from './verifier/explain/print-report.ts';
export { reportOf, type Report, type ReportCause, type Spot } from './verifier/explain/report.ts';
export type { Verdict, WalkStats } from './verifier/verdict.ts';
export { verify } from './verifier/walk/verify.ts';
