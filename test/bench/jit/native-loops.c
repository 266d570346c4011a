// The programs of loops.ts in C. native-loops NAME N ROUNDS prints the least ns of a run and its result. Compile with -O2: not vectorised, and loops that a
// compiler could work out without running them are kept from it.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define KEEP(x) __asm__ volatile("" : "+r"(x))

static struct {
  uint64_t n;
  uint8_t data[4096];
} memory;

static uint64_t xorshift64(void) {
  uint64_t sum = 0, x = 0x9e3779b97f4a7c15ull;
  for (uint64_t n = memory.n; n != 0; n--) {
    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    sum += x;
  }
  return sum;
}

static uint64_t lcg32(void) {
  uint32_t x = 12345, fold = 0;
  for (uint32_t n = memory.n; n != 0; n--) {
    x = x * 1664525u + 1013904223u;
    fold ^= x >> 16;
  }
  return fold;
}

static uint64_t sum64(void) {
  uint64_t sum = 0;
  for (uint64_t n = memory.n; n != 0; n--) {
    for (int i = 0; i < 4096; i += 8) sum += *(volatile uint64_t *)(memory.data + i);
  }
  return sum;
}

static uint64_t fnv8(void) {
  uint64_t hash = 0xcbf29ce484222325ull;
  for (uint64_t n = memory.n; n != 0; n--) {
    for (int i = 0; i < 4096; i++) hash = (hash ^ memory.data[i]) * 0x100000001b3ull;
  }
  return hash;
}

static uint64_t stack_slots(void) {
  volatile uint64_t sum = 0;
  volatile uint32_t step = 7;
  for (uint64_t n = memory.n; n != 0; n--) {
    uint32_t now = step;
    sum = sum + now;
    step = now + 3;
  }
  return sum;
}

static uint64_t primes(void) {
  uint64_t count = 0;
  for (uint64_t x = 2; x < memory.n; x++) {
    uint64_t d = 2;
    while (d * d <= x && x % d != 0) d++;
    count += d * d > x;
  }
  return count;
}

static uint64_t fibonacci(void) {
  uint64_t a = 0, b = 1;
  for (uint64_t n = memory.n; n != 0; n--) {
    uint64_t next = a + b;
    a = b;
    b = next;
    KEEP(a);
    KEEP(b);
  }
  return a;
}

static uint64_t collatz(void) {
  uint64_t steps = 0;
  for (uint64_t n = memory.n; n != 0; n--) {
    for (uint64_t x = n; x != 1; steps++) {
      if (x & 1) x += (x << 1) + 1;
      else x >>= 1;
    }
  }
  return steps;
}

static uint64_t atomics(void) {
  uint64_t sum = 0;
  for (uint64_t n = memory.n; n != 0; n--) {
    __atomic_fetch_add((volatile uint64_t *)&sum, 3, __ATOMIC_SEQ_CST);
    __atomic_fetch_add((volatile uint64_t *)&sum, 1, __ATOMIC_SEQ_CST);
  }
  return sum;
}

__attribute__((noinline)) static uint64_t add_one(uint64_t x) {
  KEEP(x);
  return x + 1;
}

static uint64_t calls(void) {
  uint64_t x = 0;
  for (uint64_t n = memory.n; n != 0; n--) x = add_one(x);
  return x;
}

static const struct {
  const char *name;
  uint64_t (*run)(void);
} loops[] = {
#define ROW(name) {#name, name}
    ROW(xorshift64), ROW(lcg32), ROW(sum64), ROW(fnv8), ROW(stack_slots),
    ROW(primes), ROW(fibonacci), ROW(collatz), ROW(atomics), ROW(calls),
};

static double now_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1e9 + t.tv_nsec;
}

int main(int argc, char **argv) {
  if (argc != 4) return 2;
  for (size_t i = 0; i < sizeof memory.data; i++) memory.data[i] = (uint8_t)(i * 167 + 13);
  memory.n = strtoull(argv[2], NULL, 0);
  for (size_t i = 0; i < sizeof loops / sizeof *loops; i++) {
    if (strcmp(loops[i].name, argv[1]) != 0) continue;
    double least = 1e300;
    uint64_t result = 0;
    for (int round = atoi(argv[3]); round > 0; round--) {
      double start = now_ns();
      result = loops[i].run();
      double ns = now_ns() - start;
      if (ns < least) least = ns;
    }
    printf("%.0f %llu\n", least, (unsigned long long)result);
    return 0;
  }
  return 1;
}
