// Errors that make a difference for what is known of processes. @see include/uapi/asm-generic/errno.h
export const EBADF = 9;
export const EPIPE = 32;
export const EINPROGRESS = 115;
