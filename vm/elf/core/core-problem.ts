// What makes a relocation senseless.

/** Thrown inside of vm/elf/core only: relocateCore makes a LoadError of it, with the program, the insn and what was asked. */
export class CoreProblem extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = 'CoreProblem';
  }
}
