// What a run can reach: registers, and the memory behind the addresses in them. Every access of a program, and every address that it gives to a helper,
// is looked up here, in the region of the last access first; one that is nowhere ends the run.
import type { Owed } from '../helpers/context.ts';
import { SOMEWHERE_AT as ZEROES_AT, type KernelMemory, type Knowledge } from '../kernel/kernel-memory.ts';
import type { NetPacket } from '../kernel/net/packet.ts';
import type { KernelMap } from '../maps/map.ts';
import { ADDRESS_HIGH, addressOf, type LinearMemory } from '../memory/linear.ts';
import { holeAround, type HoledRegion } from '../memory/holes.ts';
import { allows, describeOffset, offsetInCell, type Region } from '../memory/regions.ts';
import { VALUE_FIELDS, type ValueFieldKind } from '../object.ts';
import { hexAddress, RunFault, type FaultCode } from './fault.ts';
import { Frames } from './frames.ts';
import { NO_EVENT, type CpuHost, type RunEvent } from './host.ts';
import { REGS } from './registers.ts';

/** High half of the first address that is not user memory, as u32. */
const USER_HIGH_END = 0x8000;

/** Loans that a run may have at a time. Linux's verifier follows each of them; here each access may have to look through them. */
const MAX_LOANS = 256;

/** Memory arguments up to this length cost nothing besides the call; a longer one counts as an insn for each 256 bytes, the time of hashing a key. */
export const BYTES_FREE = 4096;
const BYTES_AN_INSN = 256;

/** The part of an engine that checks what a program touches. */
export abstract class Reach {
  readonly q = new BigUint64Array(REGS);
  readonly s = new BigInt64Array(this.q.buffer);
  readonly r = new Int32Array(this.q.buffer);
  readonly registers = new DataView(this.q.buffer);
  readonly memory: LinearMemory;
  readonly kernel: KernelMemory;
  packet: NetPacket | undefined;
  event = NO_EVENT;
  readonly locks: number[] = [];
  protected readonly host: CpuHost;
  protected readonly frames = new Frames();
  /** What helpers lent the program, and by the same index what it owes for it. */
  private readonly lent: Region[] = [];
  private readonly owed: (Owed | undefined)[] = [];
  /** The region of the last access: the next is likely there too. */
  private last: Region = this.frames.region;

  constructor(host: CpuHost) {
    this.host = host;
    this.memory = host.memory;
    this.kernel = host.kernel;
  }

  /** Counts the work of a helper against the budget. */
  abstract charge(insns: number): void;

  /** A run begins: nothing is lent, nothing was accessed. */
  protected forget(event: RunEvent): void {
    this.event = event;
    this.packet = event.packet;
    this.frames.reset();
    // Emptying an empty array costs as much as running an insn does.
    if (this.lent.length > 0) this.lent.length = 0;
    if (this.owed.length > 0) this.owed.length = 0;
    if (this.locks.length > 0) this.locks.length = 0;
    this.last = this.frames.region;
  }

  /** A program that ends holds no lock and has given back what was lent to it on that condition. */
  protected checkDebts(): void {
    if (this.locks.length === 0 && this.owed.length === 0) return;
    if (this.locks.length > 0) {
      this.fault('lock', `the program ended and holds the lock at ${hexAddress(addressOf(this.locks[0]!))}`);
    }
    const due = this.owed.find((owed) => owed !== undefined);
    if (due !== undefined) this.fault('owed', `the program ended and did not give back ${due.what}`);
  }

  /** Takes back from a program that was stopped what it holds. */
  protected payDebts(): void {
    for (const at of this.locks) this.memory.view.setUint32(at, 0, true);
    for (const [i, owed] of this.owed.entries()) owed?.giveBack(this.lent[i]!.start);
  }

  lend(region: Region, owed?: Owed): void {
    this.lent.push(region);
    this.owed.push(owed);
    if (this.lent.length > MAX_LOANS) {
      this.fault(
        'owed',
        `the program holds ${MAX_LOANS} records and the like, and wants one more: ${region.name}`,
      );
    }
  }

  takeBack(start: number): boolean {
    const i = this.lent.findLastIndex((region) => region.start === start);
    if (i < 0) return false;
    if (this.last === this.lent[i]) this.last = this.frames.region;
    this.lent.splice(i, 1);
    this.owed.splice(i, 1);
    return true;
  }

  owedAt(start: number): Owed | undefined {
    const { lent } = this;
    for (let i = 0; i < lent.length; i++) if (lent[i]!.start === start) return this.owed[i];
    return undefined;
  }

  /** True when a register holds the ctx as the program got it. */
  isCtx(reg: number): boolean {
    return this.r[2 * reg] === this.event.ctxAt && this.r[2 * reg + 1] === ADDRESS_HIGH;
  }

  /** Offset of `size` bytes at register + off, when the program may access them. */
  offset(reg: number, off: number, size: number, write: boolean): number {
    const at = (this.r[2 * reg]! >>> 0) + off;
    if (this.r[2 * reg + 1] === ADDRESS_HIGH) {
      if (this.mayTouch(at, size, write)) return at;
      if (!write) {
        const { holed } = this.event;
        if (holed !== undefined && this.lookInto(holed, at, size) !== 'none') return at;
        const found = this.kernel.lookDirect(at, size);
        if (found === 'known') return at;
        if (found === 'unknown') return this.zeroFor(at, size);
      }
      const field = this.packet?.field(at, size, write) ?? -1;
      if (field >= 0) return field;
    } else if (!write && this.kernel.isNullLoad(BigInt.asUintN(64, this.q[reg]! + BigInt(off)))) {
      this.countUnknownRead('behind a null pointer, or one that is not known');
      return ZEROES_AT;
    }
    return this.refuse(reg, off, size, write);
  }

  range(reg: number, size: number, write: boolean): number {
    if (this.r[2 * reg + 1] === 0) return this.refuse(reg, 0, size, write); // also where a load would give 0
    if (size > BYTES_FREE) this.charge(Math.floor(size / BYTES_AN_INSN));
    return this.offset(reg, 0, size, write);
  }

  field(reg: number, kind: ValueFieldKind): number {
    const { bytes, type } = VALUE_FIELDS[kind];
    const at = this.offset(reg, 0, bytes, true);
    const off = offsetInCell(this.last, at);
    if (this.last.fields?.some((field) => field.kind === kind && field.off === off) === true) return at;
    return this.fault('field', `R${reg} points at offset ${off} in ${this.last.name}, where no ${type} is`);
  }

  cellAround(at: number): number {
    return at - offsetInCell(this.last, at);
  }

  mayTouch(at: number, size: number, write: boolean): boolean {
    const { last } = this;
    if (at >= last.start && at < last.end && allows(last, at, size, write)) return true;
    const region = this.regionAt(at);
    if (region === undefined || !allows(region, at, size, write)) return false;
    this.last = region;
    return true;
  }

  /** What stands in a region that may have holes; what lies in one of them is counted. */
  private lookInto(region: Region | HoledRegion, at: number, size: number): Knowledge {
    if (at < region.start || at >= region.end || !allows(region, at, size, false)) return 'none';
    const hole = 'holes' in region ? holeAround(region.holes, at, size) : undefined;
    if (hole === undefined) return 'known';
    this.countUnknownRead(hole.name);
    return 'unknown';
  }

  /** True when the 4 bytes at `at`, which were accessed last, are the low half of an address. */
  holdsAddress(at: number): boolean {
    const { pointers, start } = this.last;
    return pointers !== undefined && pointers.includes(at - start);
  }

  private regionAt(at: number): Region | undefined {
    const stack = this.frames.region;
    if (at >= stack.start && at < stack.end) return stack;
    for (const region of this.event.regions) if (at >= region.start && at < region.end) return region;
    for (const region of this.lent) if (at >= region.start && at < region.end) return region;
    return this.host.mapRegions.find(at) ?? this.heldAt(at);
  }

  /** What an engine lent the program by itself, around an offset. The next call of `forgetLast` may end it. */
  protected heldAt(_at: number): Region | undefined {
    return undefined;
  }

  /** What was accessed last may not be there any more. */
  protected forgetLast(): void {
    this.last = this.frames.region;
  }

  kernelMayRead(at: number, size: number): boolean {
    if (this.mayTouch(at, size, false)) return true;
    for (const region of this.event.kernelRegions) {
      const found = this.lookInto(region, at, size);
      if (found !== 'none') return found === 'known';
    }
    const found = this.kernel.look(at, size);
    if (found === 'unknown') this.countUnknownRead(this.kernel.nameOf(at, size));
    return found === 'known';
  }

  /** A load through a BTF pointer of what is not known: 0, as where the kernel finds a page fault. */
  private zeroFor(at: number, size: number): number {
    this.countUnknownRead(this.kernel.nameOf(at, size));
    return ZEROES_AT;
  }

  currentTask(): number {
    return this.kernel.currentTask();
  }

  /** Ends the run for an access that is not allowed, and says what is near. */
  refuse(reg: number, off: number, size: number, write: boolean): never {
    const address = BigInt.asUintN(64, this.q[reg]! + BigInt(off));
    const what = `invalid ${write ? 'write' : 'read'} at ${hexAddress(address)} size=${size}`;
    return this.fault('access', `${what}: ${this.describe(this.q[reg]!, address, size)}`);
  }

  private describe(base: bigint, address: bigint, size: number): string {
    if (base === 0n) return 'a null pointer, as bpf_map_lookup_elem returns for a missing key';
    const high = Number(address >> 32n) | 0;
    const low = Number(address & 0xffff_ffffn);
    if (high === ADDRESS_HIGH) {
      if (this.kernel.look(low, size) !== 'none')
        return 'memory of the kernel, which is read with bpf_probe_read_kernel';
      const regions = [
        this.frames.region,
        ...this.event.regions,
        ...(this.event.holed === undefined ? [] : [this.event.holed]),
        ...this.lent,
        ...this.host.mapRegions.all(),
      ];
      return describeOffset(low, size, regions);
    }
    if (high >>> 0 < USER_HIGH_END)
      return 'not memory of the program; user memory is read with bpf_probe_read_user';
    return 'no memory of this machine';
  }

  mapIn(reg: number): KernelMap {
    const map = this.r[2 * reg + 1] === ADDRESS_HIGH ? this.host.mapAt(this.r[2 * reg]! >>> 0) : undefined;
    return map ?? this.fault('map', `R${reg} is ${hexAddress(this.q[reg]!)}, which is no map`);
  }

  countUnknownRead(what: string): void {
    this.host.countUnknownRead(what);
  }

  fault(code: FaultCode, message: string): never {
    throw new RunFault(code, message);
  }
}
