// Network devices that the machine knows: the loopback device, as in an empty network namespace.

/** Interface index of `lo`. */
export const LOOPBACK_IFINDEX = 1;
/** Its largest payload and the header before it, in bytes. */
export const LOOPBACK_MTU = 65_536;
export const LOOPBACK_HEADER_BYTES = 14;

/** True for the index of an interface that is there. */
export function isDevice(ifindex: number): boolean {
  return ifindex === LOOPBACK_IFINDEX;
}
