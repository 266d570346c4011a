// Functions and variables of the kernel that an object names.
// @see tools/lib/bpf/libbpf.c bpf_object__resolve_ksym_func_btf_id, bpf_object__resolve_ksym_var_btf_id, kallsyms_cb
import { didYouMean } from '../asm/suggest.ts';
import type { Btf } from '../btf/btf.ts';
import { plainType, skipModifiers } from '../btf/query.ts';
import { declaration } from '../btf/text.ts';
import { KFUNCS, kfuncRow } from '../helpers/kfuncs.ts';
import { functionAddress } from '../kernel/functions.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { LoadError } from '../load-error.ts';
import { areTypesCompatible } from './core/compatible.ts';
import { CoreProblem } from './core/core-problem.ts';
import { essentialName } from './core/essential-name.ts';
import type { ObjectExtern } from './object-file.ts';

/** A function that all kernels with kfuncs in their types have: where it is missing, the types tell of none. */
const KNOWN_KFUNC = 'bpf_rcu_read_lock';
/** The first kernel with it; those before had functions for TCP and tests alone. */
const KFUNCS_SINCE = 0x06_02_00;

/** What an extern is in a kernel. `id`: of a function that can be called. */
export interface KernelSymbol {
  /** Where it lies; 0n for one that is not there. */
  readonly address: bigint;
  readonly id: number | undefined;
  /** Why it is not there, or cannot be called. */
  readonly missing?: string;
}

/** Finds an extern in a kernel. Throws LoadError 'extern' for one that is not there, and not weak. */
export function findSymbol(extern: ObjectExtern, types: Btf, kernel: Kernel): KernelSymbol {
  const found =
    extern.kind === 'kfunc' ? findKfunc(extern, types, kernel) : findVariable(extern, types, kernel);
  const missing = typeof found === 'string' ? found : found.missing;
  if (missing !== undefined && extern.isWeak) return { address: 0n, id: undefined, missing };
  if (typeof found !== 'string') return found;
  throw new LoadError('extern', extern.name, `${found}: declare it __weak, and ask bpf_ksym_exists`);
}

/** The function, or why it is not there. Those that programs may not call have an address all the same. */
function findKfunc(
  { name, typeId }: ObjectExtern,
  types: Btf,
  { types: kernelTypes, name: kernel, version }: Kernel,
): KernelSymbol | string {
  const plain = essentialName(name);
  const row = kfuncRow(plain);
  const id = kernelTypes.find('func', plain);
  if (id !== undefined && !isCompatible(types, typeId, kernelTypes, id)) {
    return `the object declares '${declaration(types, typeId)}', and ${kernel} has '${declaration(kernelTypes, id)}'`;
  }
  const address = functionAddress(plain);
  const isTold = kernelTypes.find('func', KNOWN_KFUNC) !== undefined;
  const isMissing = version < KFUNCS_SINCE || (id === undefined && isTold);
  if (row !== undefined && !isMissing) return { address, id: row.id };
  const others = Object.keys(KFUNCS).filter((each) => each !== plain); // the machine may know what the kernel does not
  const hint = didYouMean(plain, others);
  const missing = `${kernel} has no such function for programs${hint === '' ? '' : ` (${hint})`}`;
  return id === undefined ? missing : { address, id: undefined, missing };
}

/** A variable without a type is an address; one with a type would have to be there. */
function findVariable(
  { name, typeId, isWeak }: ObjectExtern,
  types: Btf,
  kernel: Kernel,
): KernelSymbol | string {
  const variable = types.type(typeId);
  const hasType = variable.kind === 'var' && plainType(types, variable.type).kind !== 'void';
  if (hasType) return 'variables of the kernel are not recorded';
  const isKnown =
    kernel.types.find('func', name) !== undefined || kernel.types.find('var', name) !== undefined;
  if (isWeak && !isKnown) return `${kernel.name} has no such symbol`;
  return { address: functionAddress(name), id: undefined };
}

function isCompatible(types: Btf, local: number, kernelTypes: Btf, target: number): boolean {
  const localFunc = types.type(local);
  const targetFunc = kernelTypes.type(target);
  if (localFunc.kind !== 'func' || targetFunc.kind !== 'func') return false;
  try {
    return areTypesCompatible(
      { btf: types, id: skipModifiers(types, localFunc.type) },
      { btf: kernelTypes, id: targetFunc.type },
    );
  } catch (error) {
    if (error instanceof CoreProblem) return false;
    throw error;
  }
}
