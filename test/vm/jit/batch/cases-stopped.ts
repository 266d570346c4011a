// What ends a row, or a batch, before its time: runs that are stopped, tail calls, timers and work.
import { PT_REGS } from '../../../../vm/kernel/pt-regs.ts';
import {
  FIELD,
  OUT,
  RETURN,
  STATE,
  TIMER,
  WORK,
  at,
  loop,
  mix,
  print,
  sometimes,
  tell,
  type BatchCase,
} from './pieces.ts';

export const STOPPED_CASES: readonly BatchCase[] = [
  {
    name: 'a result that takes the place of the call stops those behind it',
    recording: 'shell',
    text: [
      STATE,
      at(
        'fmod_ret/__x64_sys_read',
        'first',
        `${mix('r7', 'r7 = 1')}\nr1 = *(u64 *)(r6 + 8)\nr1 += 1\n*(u64 *)(r6 + 8) = r1\nr1 &= 3\nif r1 != 0 goto out\nr0 = -13\nexit`,
      ),
      at('fmod_ret/__x64_sys_read', 'second', mix('r7', 'r7 = 7')),
      at('kprobe/__x64_sys_read', 'third', mix('r7', 'r7 = 11')),
    ].join('\n'),
  },
  {
    name: 'programs that are stopped, between programs that are not',
    recording: 'shell',
    limitInsns: 600,
    text: [
      STATE,
      at('raw_tp/sys_enter', 'a', mix('r7', 'r7 = *(u64 *)(r1 + 8)')),
      at(
        'raw_tp/sys_enter',
        'b',
        `r6 = *(u64 *)(r1 + 8)\nr6 &= 1\nif r6 == 0 goto out\n${loop('again', 1000)}`,
      ),
      at(
        'raw_tp/sys_enter',
        'c',
        `${mix('r7', 'r7 = *(u64 *)(r1 + 8)', 'r7 += 77')}\nr1 = *(u64 *)(r6 + 0)\nr1 &= 15\nif r1 != 3 goto out\n${loop('again', 900)}`,
      ),
      at('kprobe/__x64_sys_read', 'd', mix('r7', `r7 = *(u64 *)(r1 + ${PT_REGS.rip})`)),
      at('raw_tp/sys_exit', 'e', `${loop('again', 299)}\n${print('bye')}\n${loop('more', 10)}`),
    ].join('\n'),
  },
  {
    name: 'tail calls, until there are too many',
    recording: 'shell',
    limitInsns: 300,
    text: [
      STATE,
      '.map table prog_array key=4 value=4 entries=8\n.slot table 0 self\n.slot table 1 leaf\n.slot table 5 slow',
      '.section "raw_tp/sys_enter"\nself:\nr6 = r1\nr3 = *(u64 *)(r1 + 8)\nr3 &= 7\nr2 = map[table] ll\ncall tail_call\nr0 = 1\nexit',
      `.section "raw_tp/sys_enter"\nleaf:\n${mix('r7', 'r7 = *(u64 *)(r1 + 8)')}\nout:\n${RETURN}`,
      `.section "raw_tp/sys_enter"\nslow:\n${loop('again', 200)}\n${RETURN}`,
      at('raw_tp/sys_exit', 'e', mix('r7', 'r7 = *(u64 *)(r1 + 8)')),
    ].join('\n'),
  },
  {
    name: 'timers that are started now and then',
    recording: 'signals',
    fields: TIMER,
    text: [
      STATE,
      at(
        'tp_btf/sys_enter',
        'starts',
        sometimes(`${FIELD}\nr2 = map[state] ll\nr3 = 1\ncall timer_init
        ${FIELD}\nr2 = func tick ll\ncall timer_set_callback
        ${FIELD}\nr2 = 40000 ll\nr3 = 0\ncall timer_start`),
      ),
      `.text\ntick:\nr6 = r3\nr1 = *(u64 *)(r6 + 40)\nr1 += 1\n*(u64 *)(r6 + 40) = r1\ncall ktime_get_ns\n*(u64 *)(r6 + 48) = r0\nr1 = *(u64 *)(r6 + 0)\nr1 *= 7\n*(u64 *)(r6 + 0) = r1\n${print('tick')}\n${RETURN}`,
    ].join('\n'),
  },
  {
    name: 'work behind the events that begin it',
    recording: 'shell',
    fields: WORK,
    text: [
      STATE,
      OUT,
      at(
        'tp_btf/sys_enter',
        'starts',
        sometimes(`${FIELD}\nr2 = map[state] ll\nr3 = 0\ncall bpf_wq_init
        ${FIELD}\nr2 = func tick ll\nr3 = 0\nr4 = 0\ncall bpf_wq_set_callback_impl
        ${FIELD}\nr2 = 0\ncall bpf_wq_start
        r7 = 1\n${tell('r7')}`),
      ),
      at('fentry/__x64_sys_read', 'reads', mix('r7', 'r7 = 5')),
      `.text\ntick:\nr6 = r3\nr1 = *(u64 *)(r6 + 40)\nr1 += 1\n*(u64 *)(r6 + 40) = r1\nr1 = *(u64 *)(r6 + 0)\nr1 *= 7\n*(u64 *)(r6 + 0) = r1\nr7 = r1\n${tell('r7')}\n${RETURN}`,
    ].join('\n'),
  },
];
