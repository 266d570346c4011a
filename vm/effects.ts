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
  /** A program of fmod_ret returned other than 0: the call would not have run, and this would be its result. */
  | { readonly kind: 'override'; readonly value: number }
  /** bpf_probe_write_user: bytes that the process would have found at a user address. */
  | { readonly kind: 'write'; readonly address: bigint; readonly bytes: Uint8Array }
  | Redirect;

/** bpf_redirect and its kin, told when the program returns the result that asks for it; with `clone` a copy that goes out at once. */
export interface Redirect {
  readonly kind: 'redirect';
  /** Of a devmap's entry the device that it names; 0 where no device is named: other maps, and all entries of a devmap. */
  readonly ifindex: number;
  readonly flags: number;
  readonly clone: boolean;
  /** Of bpf_redirect_map. */
  readonly map?: { readonly name: string; readonly key: number };
}

/** The same with who and when. */
export type Effect = EffectDetail & {
  readonly prog: string;
  readonly tid: number;
  readonly tgid: number;
  readonly atNs: number;
};
