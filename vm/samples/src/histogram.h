// A histogram of powers of two: slot n counts values of 2^n up to 2^(n+1), slot 0 also 0, the last one all that are larger.
#ifndef TAILSCOPE_HISTOGRAM_H
#define TAILSCOPE_HISTOGRAM_H

enum { SLOTS = 40 };

struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, SLOTS);
  __type(key, u32);
  __type(value, u64);
} slots SEC(".maps");

// position of the highest bit that is set, 0 of 0
static __always_inline u32 log2_of(u64 value)
{
  u32 log = 0;

  for (u32 step = 32; step > 0; step >>= 1) {
    if (value >> step) {
      value >>= step;
      log += step;
    }
  }
  return log;
}

static __always_inline void count_in_slots(u64 value)
{
  u32 slot = log2_of(value);
  u64 *count;

  if (slot >= SLOTS)
    slot = SLOTS - 1;
  count = bpf_map_lookup_elem(&slots, &slot);
  if (count)
    __sync_fetch_and_add(count, 1);
}

#endif
