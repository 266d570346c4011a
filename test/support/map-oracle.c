// map-oracle: does operations on BPF maps in this machine's kernel, one a line, and answers each with a line "ERRNO [WORD...]" (0 or positive).
//
//   cpus                                        0 CPUS: how many values a per-CPU map has
//   pin CPU                                     run on this CPU only from here on
//   map TYPE KEY VALUE ENTRIES FLAGS INNER [KIND@OFF ...]
//                                               numbers; INNER is a map or -1; KIND is a field of the value: spin_lock timer ...
//   lookup MAP KEY FLAGS | take MAP KEY FLAGS   0 VALUE; keys and values are hex, "-" for none. Ids of inner maps are shown as map numbers
//   update MAP KEY VALUE FLAGS                  of maps of maps VALUE is the number of a map
//   delete MAP KEY | next MAP KEY | freeze MAP | close MAP
//   lookupbatch MAP start|more COUNT FLAGS      0 KEY=VALUE ...; also with an errno after which Linux says what it did
//   takebatch MAP start|more COUNT FLAGS
//   updatebatch MAP FLAGS KEY=VALUE ...         ERRNO COUNT
//   deletebatch MAP FLAGS KEY ...               ERRNO COUNT
//   prog TYPE INSNS                             a program; imm of a wide insn with src 1 is a map
//   run PROG CPU                                0 RETVAL, on a packet of 64 zeroes
//
// Maps and programs are named by their number from 0, counted also when they are refused.
#define _GNU_SOURCE
#include <errno.h>
#include <linux/bpf.h>
#include <linux/btf.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define MAX_MAPS 20000
#define MAX_BYTES (1 << 20)
#define MAX_BATCH 4096

struct map {
  int fd;
  unsigned id, type, key, value;
  unsigned char token[512];
};

static struct map maps[MAX_MAPS];
static int map_count, prog_count, progs[4096];
static unsigned char keys[MAX_BYTES], values[MAX_BYTES * 8];

static int bpf(int command, union bpf_attr *attr) { return syscall(__NR_bpf, command, attr, sizeof *attr); }

static unsigned unhex(const char *text, unsigned char *bytes) {
  unsigned count = 0, byte;
  for (; text[0] && text[1] && sscanf(text, "%2x", &byte) == 1; text += 2) bytes[count++] = byte;
  return count;
}

static void print_hex(const unsigned char *bytes, unsigned count) {
  for (unsigned i = 0; i < count; i++) printf("%02x", bytes[i]);
}

static int cpus(void) { return sysconf(_SC_NPROCESSORS_CONF); }

static unsigned user_value(const struct map *m) {
  int percpu = m->type == BPF_MAP_TYPE_PERCPU_HASH || m->type == BPF_MAP_TYPE_PERCPU_ARRAY || m->type == BPF_MAP_TYPE_LRU_PERCPU_HASH;
  return percpu ? (m->value + 7) / 8 * 8 * cpus() : m->value;
}

static int of_maps(const struct map *m) {
  return m->type == BPF_MAP_TYPE_ARRAY_OF_MAPS || m->type == BPF_MAP_TYPE_HASH_OF_MAPS;
}

static void print_value(const struct map *m, unsigned char *value) {
  unsigned number;
  if (of_maps(m)) {
    memcpy(&number, value, 4);
    for (unsigned i = 0; i < (unsigned)map_count; i++)
      if (maps[i].id == number) {
        memcpy(value, &i, 4);
        break;
      }
  }
  print_hex(value, user_value(m));
}

/* A value as the command gives it: bytes, or the fd of a map. */
static void read_value(const struct map *m, const char *word, unsigned char *value) {
  if (of_maps(m)) memcpy(value, &maps[atoi(word)].fd, 4);
  else unhex(word, value);
}

/* --- BTF of a value with fields: struct v { char before[off]; ... } with the members that count only. */
static struct { const char *kind, *type; unsigned size; } field_types[] = {
  {"spin_lock", "bpf_spin_lock", 4}, {"res_spin_lock", "bpf_res_spin_lock", 8}, {"timer", "bpf_timer", 16}, {"workqueue", "bpf_wq", 16},
  {"task_work", "bpf_task_work", 8},
  {"refcount", "bpf_refcount", 4}, {"kptr", "kptr", 8}, {"kptr_untrusted", "kptr_untrusted", 8}, {0, 0, 0}};

static int value_btf(unsigned value_size, char **fields, int field_count, unsigned *value_type) {
  static unsigned words[4096];
  static char names[4096];
  unsigned w = 0, n = 1, type = 0, members[64][2];
#define NAME(text) (strcpy(names + n, text), n += strlen(text) + 1, n - strlen(text) - 1)
#define TYPE(name, kind, count, size) (words[w++] = name, words[w++] = (unsigned)(kind) << 24 | (count), words[w++] = size, ++type)
  unsigned int_type = TYPE(NAME("int"), BTF_KIND_INT, 0, 4);
  words[w++] = BTF_INT_SIGNED << 24 | 32;
  for (int i = 0; i < field_count; i++) {
    char kind[64];
    unsigned off, k = 0;
    sscanf(fields[i], "%63[^@]@%u", kind, &off);
    while (field_types[k].kind && strcmp(field_types[k].kind, kind)) k++;
    if (!field_types[k].kind) { fprintf(stderr, "no field %s\n", kind); exit(2); }
    members[i][1] = off * 8;
    if (!strncmp(kind, "kptr", 4)) {
      unsigned task = TYPE(NAME("task_struct"), BTF_KIND_STRUCT, 0, 4);
      unsigned tag = TYPE(NAME(field_types[k].type), BTF_KIND_TYPE_TAG, 0, task);
      members[i][0] = TYPE(0, BTF_KIND_PTR, 0, tag);
    } else {
      members[i][0] = TYPE(NAME(field_types[k].type), BTF_KIND_STRUCT, 1, field_types[k].size);
      words[w++] = NAME("x"), words[w++] = int_type, words[w++] = 0;
    }
  }
  *value_type = TYPE(NAME("v"), BTF_KIND_STRUCT, field_count, value_size);
  for (int i = 0; i < field_count; i++) {
    char name[16];
    sprintf(name, "m%d", i);
    words[w++] = NAME(name), words[w++] = members[i][0], words[w++] = members[i][1];
  }
  static unsigned char blob[32768];
  struct btf_header head = {.magic = BTF_MAGIC, .version = 1, .hdr_len = sizeof head, .type_len = w * 4, .str_off = w * 4, .str_len = n};
  memcpy(blob, &head, sizeof head);
  memcpy(blob + sizeof head, words, w * 4);
  memcpy(blob + sizeof head + w * 4, names, n);
  union bpf_attr attr = {.btf = (uintptr_t)blob, .btf_size = sizeof head + w * 4 + n};
  return bpf(BPF_BTF_LOAD, &attr);
}

static void answer(int result) { printf("%d", result < 0 ? errno : 0); }

static struct map *map_of(const char *word) { return &maps[atoi(word)]; }

static void create(char **word, int count) {
  struct map *m = &maps[map_count++];
  union bpf_attr attr = {.map_type = atoi(word[1]), .key_size = strtoul(word[2], 0, 0), .value_size = strtoul(word[3], 0, 0),
                         .max_entries = strtoul(word[4], 0, 0), .map_flags = strtoul(word[5], 0, 0)};
  if (atoi(word[6]) >= 0) attr.inner_map_fd = maps[atoi(word[6])].fd;
  int btf = -1;
  if (count > 7) {
    unsigned type;
    btf = value_btf(attr.value_size, word + 7, count - 7, &type);
    if (btf < 0) {
      m->fd = -1;
      answer(-1);
      return;
    }
    attr.btf_fd = btf, attr.btf_key_type_id = 1, attr.btf_value_type_id = type;
  }
  m->type = attr.map_type, m->key = attr.key_size, m->value = attr.value_size;
  m->fd = bpf(BPF_MAP_CREATE, &attr);
  answer(m->fd);
  if (btf >= 0) close(btf);
  if (m->fd < 0) return;
  struct bpf_map_info info = {0};
  union bpf_attr ask = {.info = {.bpf_fd = m->fd, .info = (uintptr_t)&info, .info_len = sizeof info}};
  if (!bpf(BPF_OBJ_GET_INFO_BY_FD, &ask)) m->id = info.id;
}

/* Keys are read at the size of the map, whatever the command gives. */
static void one(int command, struct map *m, const char *key, const char *value, unsigned long long flags, int shows) {
  memset(keys, 0, m->key + 8);
  memset(values, 0, user_value(m) + 8);
  union bpf_attr attr = {.map_fd = m->fd};
  attr.key = strcmp(key, "-") ? (uintptr_t)keys : 0;
  if (attr.key) unhex(key, keys);
  if (value) read_value(m, value, values);
  attr.value = value || shows ? (uintptr_t)values : 0;
  attr.flags = flags;
  int result = bpf(command, &attr);
  answer(result);
  if (result < 0 || !shows) return;
  putchar(' ');
  print_value(m, values);
}

static void next(struct map *m, const char *key) {
  static unsigned char after[512];
  unhex(key, keys);
  union bpf_attr attr = {.map_fd = m->fd, .key = strcmp(key, "-") ? (uintptr_t)keys : 0, .next_key = (uintptr_t)after};
  int result = bpf(BPF_MAP_GET_NEXT_KEY, &attr);
  answer(result);
  if (result == 0) putchar(' '), print_hex(after, m->key);
}

static void read_batch(int command, struct map *m, const char *from, unsigned count, unsigned long long flags) {
  static unsigned char before[512];
  memcpy(before, m->token, sizeof before);
  union bpf_attr attr = {.batch = {.in_batch = strcmp(from, "more") ? 0 : (uintptr_t)before, .out_batch = (uintptr_t)m->token, .keys = (uintptr_t)keys,
                                   .values = (uintptr_t)values, .count = count, .map_fd = m->fd, .elem_flags = flags}};
  int result = bpf(command, &attr);
  answer(result);
  if (result < 0 && errno != ENOENT) return;
  for (unsigned i = 0; i < attr.batch.count && count > 0; i++) {
    putchar(' ');
    print_hex(keys + i * m->key, m->key);
    putchar('=');
    print_value(m, values + i * user_value(m));
  }
}

static void write_batch(int command, struct map *m, unsigned long long flags, char **pairs, unsigned count) {
  memset(values, 0, count * user_value(m));
  for (unsigned i = 0; i < count; i++) {
    char *value = strchr(pairs[i], '=');
    if (value) *value = 0, read_value(m, value + 1, values + i * user_value(m));
    unhex(pairs[i], keys + i * m->key);
  }
  union bpf_attr attr = {.batch = {.keys = (uintptr_t)keys, .values = (uintptr_t)values, .count = count, .map_fd = m->fd, .elem_flags = flags}};
  int result = bpf(command, &attr);
  answer(result);
  // A batch that is refused as a whole leaves the count as it is.
  printf(" %u", result < 0 && attr.batch.count == count ? 0 : attr.batch.count);
}

static void load(int type, const char *hex) {
  static unsigned char bytes[1 << 16];
  static char log[1 << 16];
  struct bpf_insn *insns = (void *)bytes;
  int count = unhex(hex, bytes) / 8;
  for (int i = 0; i < count; i++)
    if (insns[i].code == 0x18) {
      if (insns[i].src_reg == 1) insns[i].imm = maps[insns[i].imm].fd;
      i++;
    }
  union bpf_attr attr = {.prog_type = type, .insns = (uintptr_t)insns, .insn_cnt = count, .license = (uintptr_t)"GPL",
                         .log_buf = (uintptr_t)log, .log_size = sizeof log, .log_level = 1};
  progs[prog_count] = bpf(BPF_PROG_LOAD, &attr);
  answer(progs[prog_count++]);
  if (progs[prog_count - 1] < 0 && getenv("MAP_ORACLE_LOG")) fprintf(stderr, "%s\n", log);
}

static void run(int prog, int cpu) {
  static unsigned char packet[64];
  cpu_set_t all, set;
  sched_getaffinity(0, sizeof all, &all);
  CPU_ZERO(&set);
  CPU_SET(cpu, &set);
  sched_setaffinity(0, sizeof set, &set);
  union bpf_attr attr = {.test = {.prog_fd = progs[prog], .data_in = (uintptr_t)packet, .data_size_in = sizeof packet}};
  int result = bpf(BPF_PROG_TEST_RUN, &attr), error = errno;
  sched_setaffinity(0, sizeof all, &all);
  errno = error;
  answer(result);
  if (result == 0) printf(" %u", attr.test.retval);
}

int main(void) {
  static char *word[MAX_BATCH];
  char *line = 0;
  size_t room = 0;
  while (getline(&line, &room, stdin) > 0) {
    int count = 0;
    for (char *w = strtok(line, " \n"); w && count < MAX_BATCH; w = strtok(0, " \n")) word[count++] = w;
    if (count == 0) continue;
    const char *c = word[0];
#define IS(name) (!strcmp(c, name))
    if (IS("cpus")) printf("0 %d", cpus());
    else if (IS("pin")) {
      cpu_set_t set;
      CPU_ZERO(&set);
      CPU_SET(atoi(word[1]), &set);
      answer(sched_setaffinity(0, sizeof set, &set));
    } else if (IS("map")) create(word, count);
    else if (IS("lookup")) one(BPF_MAP_LOOKUP_ELEM, map_of(word[1]), word[2], 0, strtoull(word[3], 0, 0), 1);
    else if (IS("take")) one(BPF_MAP_LOOKUP_AND_DELETE_ELEM, map_of(word[1]), word[2], 0, strtoull(word[3], 0, 0), 1);
    else if (IS("update")) one(BPF_MAP_UPDATE_ELEM, map_of(word[1]), word[2], word[3], strtoull(word[4], 0, 0), 0);
    else if (IS("delete")) one(BPF_MAP_DELETE_ELEM, map_of(word[1]), word[2], 0, 0, 0);
    else if (IS("next")) next(map_of(word[1]), word[2]);
    else if (IS("lookupbatch")) read_batch(BPF_MAP_LOOKUP_BATCH, map_of(word[1]), word[2], atoi(word[3]), strtoull(word[4], 0, 0));
    else if (IS("takebatch")) read_batch(BPF_MAP_LOOKUP_AND_DELETE_BATCH, map_of(word[1]), word[2], atoi(word[3]), strtoull(word[4], 0, 0));
    else if (IS("updatebatch")) write_batch(BPF_MAP_UPDATE_BATCH, map_of(word[1]), strtoull(word[2], 0, 0), word + 3, count - 3);
    else if (IS("deletebatch")) write_batch(BPF_MAP_DELETE_BATCH, map_of(word[1]), strtoull(word[2], 0, 0), word + 3, count - 3);
    else if (IS("freeze")) {
      union bpf_attr attr = {.map_fd = map_of(word[1])->fd};
      answer(bpf(BPF_MAP_FREEZE, &attr));
    } else if (IS("close")) answer(close(map_of(word[1])->fd));
    else if (IS("prog")) load(atoi(word[1]), word[2]);
    else if (IS("run")) run(atoi(word[1]), atoi(word[2]));
    else {
      fprintf(stderr, "? %s\n", c);
      return 2;
    }
    putchar('\n');
  }
  return 0;
}
