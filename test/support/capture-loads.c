// capture-loads: writes down what a program asks bpf(BPF_PROG_LOAD) for, and what this machine's kernel answers.
//
//   cc -O2 -shared -fPIC -o capture-loads.so test/support/capture-loads.c -ldl
//   TAILSCOPE_CAPTURE=loads.jsonl LD_PRELOAD=./capture-loads.so bpftool prog loadall prog.o /sys/fs/bpf/prog
//   TAILSCOPE_LOADS=loads.jsonl npx vitest run test/vm/verifier/loads.test.ts
//
// Any program that calls bpf(2) through syscall(3) will do, as all that use libbpf. Needs root. Lines are added to the file: a JSON object each.
//   name type attach flags license attach_btf_id   fields of bpf_attr, numbers as the kernel has them
//   attach_fd                                      of the program or the module that it is attached to; 0 for the kernel itself
//   insns                                          hex, 8 bytes an insn; kfuncs by their id in the kernel's BTF, maps by their key in `maps`
//   btf func_rec func line_rec line                the program's BTF, func_info and line_info with the size of one record; hex, btf null without
//   maps                                           by fd: name type key value max flags extra vt (id of the value's type) frozen, btf and data (hex
//                                                  or null; data: the one element of an array), inner (key in `maps` of what those inside are like)
//   errno stats log1 log2                          its answer at log_level 4, positive, 0 for yes; the logs at 4, 1 and 2 (null: too long)
// Each load is asked for three times more, so the kernel must allow it again. A program with a name that is refused is reported as loaded all the
// same, so that those behind it in the same object are asked for too. Probes of libbpf are left alone.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define LOG_SIZE (24u << 20)
#define LONGEST_LOG2 3000000

static FILE *out;
static char *log_text;

static long bpf(int cmd, union bpf_attr *attr, unsigned size) {
  static long (*next)(long, ...);
  if (!next) next = dlsym(RTLD_NEXT, "syscall");
  return next(SYS_bpf, cmd, attr, size);
}

static const void *at(uint64_t address) { return (const void *)(uintptr_t)address; }

static void put_hex(const char *key, const unsigned char *bytes, unsigned size) {
  if (!bytes) { fprintf(out, ",\"%s\":null", key); return; }
  fprintf(out, ",\"%s\":\"", key);
  for (unsigned i = 0; i < size; i++) fprintf(out, "%02x", bytes[i]);
  fputc('"', out);
}

static void put_text(const char *key, const char *text) {
  fprintf(out, ",\"%s\":\"", key);
  for (; *text; text++) {
    unsigned char c = *text;
    if (c == '"' || c == '\\') fprintf(out, "\\%c", c);
    else if (c < 32 || c > 126) fprintf(out, "\\u%04x", c);
    else fputc(c, out);
  }
  fputc('"', out);
}

static void put_name(const char *key, const char *name) {
  char text[BPF_OBJ_NAME_LEN + 1] = {0};
  memcpy(text, name, BPF_OBJ_NAME_LEN);
  put_text(key, text);
}

// The types behind a descriptor, as they were loaded.
static void put_btf(int fd) {
  struct bpf_btf_info info = {0};
  union bpf_attr attr = {0};
  attr.info.bpf_fd = fd;
  attr.info.info_len = sizeof info;
  attr.info.info = (uintptr_t)&info;
  if (fd <= 0 || bpf(BPF_OBJ_GET_INFO_BY_FD, &attr, sizeof attr)) { put_hex("btf", NULL, 0); return; }
  unsigned size = info.btf_size;
  unsigned char *bytes = malloc(size);
  memset(&info, 0, sizeof info);
  info.btf = (uintptr_t)bytes;
  info.btf_size = size;
  attr.info.info_len = sizeof info;
  if (bpf(BPF_OBJ_GET_INFO_BY_FD, &attr, sizeof attr)) size = 0;
  put_hex("btf", bytes, size);
  free(bytes);
}

static int describe_map(int fd, struct bpf_map_info *info) {
  union bpf_attr attr = {0};
  memset(info, 0, sizeof *info);
  attr.info.bpf_fd = fd;
  attr.info.info_len = sizeof *info;
  attr.info.info = (uintptr_t)info;
  return bpf(BPF_OBJ_GET_INFO_BY_FD, &attr, sizeof attr);
}

static int is_frozen(int fd) {
  char path[64], line[256];
  int frozen = 0;
  snprintf(path, sizeof path, "/proc/self/fdinfo/%d", fd);
  FILE *file = fopen(path, "r");
  while (file && fgets(line, sizeof line, file)) sscanf(line, "frozen: %d", &frozen);
  if (file) fclose(file);
  return frozen;
}

// Maps of maps that were made, by the kernel's number: what those inside are like is asked for when they are made, for then it is known.
static struct inside { unsigned outer; struct bpf_map_info info; int btf_fd; struct inside *next; } *insides;

static int btf_of(const struct bpf_map_info *info) {
  union bpf_attr attr = {0};
  attr.btf_id = info->btf_id;
  return info->btf_id ? (int)bpf(BPF_BTF_GET_FD_BY_ID, &attr, sizeof attr) : -1;
}

static void remember_inside(int outer_fd, int inner_fd) {
  struct bpf_map_info outer;
  struct inside *inside = calloc(1, sizeof *inside);
  if (describe_map(outer_fd, &outer) || describe_map(inner_fd, &inside->info)) return;
  inside->outer = outer.id;
  inside->btf_fd = btf_of(&inside->info);
  inside->next = insides;
  insides = inside;
}

static const struct inside *inside_of(unsigned outer) {
  const struct inside *inside = insides;
  while (inside && inside->outer != outer) inside = inside->next;
  return inside;
}

static void put_map(int key, const struct bpf_map_info *info, int btf_fd, int frozen, int inner) {
  fprintf(out, "\"%d\":{\"type\":%u", key, info->type);
  put_name("name", info->name);
  fprintf(out, ",\"key\":%u,\"value\":%u,\"max\":%u,\"flags\":%u,\"extra\":%llu,\"inner\":%d,\"vt\":%u,\"frozen\":%d",
          info->key_size, info->value_size, info->max_entries, info->map_flags, (unsigned long long)info->map_extra, inner,
          info->btf_value_type_id, frozen);
  put_btf(btf_fd);
}

static void put_value(int fd, const struct bpf_map_info *info) {
  uint32_t first = 0;
  union bpf_attr attr = {0};
  unsigned char *value = calloc(1, info->value_size + 8);
  attr.map_fd = fd;
  attr.key = (uintptr_t)&first;
  attr.value = (uintptr_t)value;
  int has_value = info->type == BPF_MAP_TYPE_ARRAY && info->max_entries == 1 && !bpf(BPF_MAP_LOOKUP_ELEM, &attr, sizeof attr);
  put_hex("data", has_value ? value : NULL, info->value_size);
  free(value);
}

// The maps that wide insns name, each once.
static void put_maps(const struct bpf_insn *insns, unsigned count) {
  static char done[1 << 16];
  memset(done, 0, sizeof done);
  fputs(",\"maps\":{", out);
  const char *between = "";
  for (unsigned i = 0; i < count; i++) {
    int fd = insns[i].imm;
    if (insns[i].code != (BPF_LD | BPF_IMM | BPF_DW)) continue;
    int names_map = insns[i].src_reg == BPF_PSEUDO_MAP_FD || insns[i].src_reg == BPF_PSEUDO_MAP_VALUE;
    i++;
    struct bpf_map_info info;
    if (!names_map || fd < 0 || fd >= (int)sizeof done || done[fd] || describe_map(fd, &info)) continue;
    done[fd] = 1;
    const struct inside *inside = inside_of(info.id);
    int btf_fd = btf_of(&info);
    fputs(between, out);
    between = ",";
    put_map(fd, &info, btf_fd, is_frozen(fd), inside ? -(int)info.id : 0);
    put_value(fd, &info);
    fputc('}', out);
    if (btf_fd >= 0) close(btf_fd);
    if (!inside) continue;
    fputc(',', out);
    put_map(-(int)info.id, &inside->info, inside->btf_fd, 0, 0);
    fputs(",\"data\":null}", out);
  }
  fputc('}', out);
}

// Asks for the same load once more, at a log level of ours; the answer's errno.
static int ask(const union bpf_attr *attr, int level) {
  union bpf_attr again = *attr;
  if (!log_text) log_text = malloc(LOG_SIZE);
  log_text[0] = 0;
  again.log_level = level;
  again.log_buf = (uintptr_t)log_text;
  again.log_size = LOG_SIZE;
  int fd = bpf(BPF_PROG_LOAD, &again, sizeof again);
  if (fd < 0) return errno;
  close(fd);
  return 0;
}

static void put_load(const union bpf_attr *attr) {
  int error = ask(attr, 4);
  fprintf(out, "{\"type\":%u", attr->prog_type);
  put_name("name", attr->prog_name);
  fprintf(out, ",\"attach\":%u,\"flags\":%u,\"attach_btf_id\":%u,\"attach_fd\":%u", attr->expected_attach_type, attr->prog_flags,
          attr->attach_btf_id, attr->attach_prog_fd);
  put_text("license", at(attr->license));
  put_hex("insns", at(attr->insns), attr->insn_cnt * sizeof(struct bpf_insn));
  put_btf(attr->prog_btf_fd);
  fprintf(out, ",\"func_rec\":%u,\"line_rec\":%u", attr->func_info_rec_size, attr->line_info_rec_size);
  put_hex("func", attr->func_info_cnt ? at(attr->func_info) : (const void *)"", attr->func_info_cnt * attr->func_info_rec_size);
  put_hex("line", attr->line_info_cnt ? at(attr->line_info) : (const void *)"", attr->line_info_cnt * attr->line_info_rec_size);
  put_maps(at(attr->insns), attr->insn_cnt);
  fprintf(out, ",\"errno\":%d", error);
  put_text("stats", log_text);
  ask(attr, 1);
  put_text("log1", log_text);
  ask(attr, 2);
  if (strlen(log_text) < LONGEST_LOG2) put_text("log2", log_text);
  else fputs(",\"log2\":null", out);
  fputs("}\n", out);
  fflush(out);
}

static int is_probe(const char *name) { return !strncmp(name, "libbpf_", 7) || !strcmp(name, "det_arg_ctx"); }

static long loaded(union bpf_attr *attr, unsigned size, const union bpf_attr *full) {
  if (!is_probe(full->prog_name)) put_load(full);
  long fd = bpf(BPF_PROG_LOAD, attr, size);
  if (fd >= 0 || full->prog_name[0] == 0 || is_probe(full->prog_name)) return fd;
  return open("/dev/null", O_RDONLY | O_CLOEXEC);
}

long syscall(long number, ...) {
  static long (*next)(long, ...);
  if (!next) next = dlsym(RTLD_NEXT, "syscall");
  va_list list;
  va_start(list, number);
  long a = va_arg(list, long), b = va_arg(list, long), c = va_arg(list, long);
  long d = va_arg(list, long), e = va_arg(list, long), f = va_arg(list, long);
  va_end(list);
  if (!out && getenv("TAILSCOPE_CAPTURE")) out = fopen(getenv("TAILSCOPE_CAPTURE"), "ae");
  if (number != SYS_bpf || !out) return next(number, a, b, c, d, e, f);
  union bpf_attr full = {0};
  memcpy(&full, (const void *)b, (size_t)c < sizeof full ? (size_t)c : sizeof full);
  if (a == BPF_PROG_LOAD) return loaded((union bpf_attr *)b, c, &full);
  long answer = next(number, a, b, c, d, e, f);
  int error = errno;
  if (a == BPF_MAP_CREATE && answer >= 0 && full.inner_map_fd) remember_inside(answer, full.inner_map_fd);
  errno = error;
  return answer;
}
