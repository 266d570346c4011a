// What programs would do to the world outside of the machine. A recording cannot be changed by it, so it is told to the host and shown.

/** What a helper asked for. */
export type EffectDetail =
  /** bpf_send_signal (to: 'process') and bpf_send_signal_thread; `target` is the thread id where it is not the current task. */
  | {
      readonly kind: 'signal';
      readonly signal: number;
      readonly to: 'process' | 'thread';
      readonly target?: number;
    }
  /** bpf_redirect and its kin, taken when the program returns; `clone` where a copy goes out at once. */
  /** A program of fmod_ret returned other than 0: the call would not have run, and this would be its result. */
  | { readonly kind: 'override'; readonly value: number }
  | { readonly kind: 'redirect'; readonly ifindex: number; readonly flags: number; readonly clone: boolean };

/** The same with who and when. */
export type Effect = EffectDetail & {
  readonly prog: string;
  readonly tid: number;
  readonly tgid: number;
  readonly atNs: number;
};
