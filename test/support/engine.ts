// Which engine the machines of tests run on: the environment says it, so that the same tests hold both to the same answers.
import type { EngineName } from '../../vm/index.ts';

/** TAILSCOPE_ENGINE, 'jit' or 'interp'; 'jit' where it is not set, as everywhere. */
export const TEST_ENGINE: EngineName = process.env['TAILSCOPE_ENGINE'] === 'interp' ? 'interp' : 'jit';
