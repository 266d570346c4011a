// Registers and stack slots that must be known exactly, while a path is walked back.
import { setText } from '../flow/slot-set.ts';
import type { LinkedPlace } from '../state.ts';

/** Most frames. @see include/linux/bpf_verifier.h MAX_CALL_FRAMES */
const LIMIT_FRAMES = 8;

/** Registers by number, as bits, and slots, in two words of 32, for each frame. @see struct backtrack_state */
export class Trail {
  /** The frame of the insn at hand. */
  frame = 0;
  readonly regs = new Int32Array(LIMIT_FRAMES);
  readonly lowSlots = new Int32Array(LIMIT_FRAMES);
  readonly highSlots = new Int32Array(LIMIT_FRAMES);

  clear(): void {
    this.regs.fill(0);
    this.lowSlots.fill(0);
    this.highSlots.fill(0);
  }

  /** Nothing is left in the frames that stand. */
  get isEmpty(): boolean {
    let all = 0;
    for (let frame = 0; frame <= this.frame; frame++) {
      all |= this.regs[frame]! | this.lowSlots[frame]! | this.highSlots[frame]!;
    }
    return all === 0;
  }

  hasReg(reg: number): boolean {
    return (this.regs[this.frame]! & (1 << reg)) !== 0;
  }

  addReg(reg: number): void {
    this.regs[this.frame]! |= 1 << reg;
  }

  dropReg(reg: number): void {
    this.regs[this.frame]! &= ~(1 << reg);
  }

  hasSlot(frame: number, slot: number): boolean {
    return ((slot < 32 ? this.lowSlots : this.highSlots)[frame]! & (1 << (slot & 31))) !== 0;
  }

  addSlot(frame: number, slot: number): void {
    (slot < 32 ? this.lowSlots : this.highSlots)[frame]! |= 1 << (slot & 31);
  }

  dropSlot(frame: number, slot: number): void {
    (slot < 32 ? this.lowSlots : this.highSlots)[frame]! &= ~(1 << (slot & 31));
  }

  /** Some slot of the frame at hand is in it. */
  get hasSlots(): boolean {
    return (this.lowSlots[this.frame]! | this.highSlots[this.frame]!) !== 0;
  }

  /** One of linked places matters: then all of them do. @see bt_sync_linked_regs */
  addLinked(places: readonly LinkedPlace[]): void {
    if (!places.some((place) => this.hasPlace(place))) return;
    for (const place of places) {
      if ('reg' in place) this.regs[place.frame]! |= 1 << place.reg;
      else this.addSlot(place.frame, place.slot);
    }
  }

  private hasPlace(place: LinkedPlace): boolean {
    return 'reg' in place
      ? (this.regs[place.frame]! & (1 << place.reg)) !== 0
      : this.hasSlot(place.frame, place.slot);
  }

  /** What the log says of a frame: 'regs=r0,r6 stack=-8'. */
  text(frame: number): string {
    const regs: string[] = [];
    for (let reg = 0; reg < 11; reg++) if ((this.regs[frame]! & (1 << reg)) !== 0) regs.push(`r${reg}`);
    return `regs=${regs.join(',')} stack=${setText(this.lowSlots[frame]!, this.highSlots[frame]!)}`;
  }
}
