// What libbpf makes of each CO-RE relocation of an object: each program is loaded alone, against the types of a file.
// Input, a line each: object, file with the target's types. Output: PROGRAM, then what libbpf says of the relocations, as its debug messages have it.
#include <bpf/libbpf.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static int say(enum libbpf_print_level level, const char *format, va_list args) {
  char line[8192];
  vsnprintf(line, sizeof line, format, args);
  if (strstr(line, ": relo #") && !strstr(line, "sec '")) fputs(line, stdout);
  return 0;
}

static int relocate(const char *path, const char *types, int only) {
  LIBBPF_OPTS(bpf_object_open_opts, opts, .btf_custom_path = types);
  struct bpf_object *object = bpf_object__open_file(path, &opts);
  if (!object) return -1;
  struct bpf_program *prog;
  int count = 0;
  bpf_object__for_each_program(prog, object) {
    if (count == only) printf("PROGRAM %s\n", bpf_program__name(prog));
    bpf_program__set_autoload(prog, count++ == only);
  }
  if (only < count) bpf_object__load(object);
  bpf_object__close(object);
  return only < count;
}

int main(void) {
  char object[4096], types[4096];
  if (!fgets(object, sizeof object, stdin) || !fgets(types, sizeof types, stdin)) return 2;
  object[strcspn(object, "\n")] = types[strcspn(types, "\n")] = 0;
  libbpf_set_print(say);
  for (int only = 0; relocate(object, types, only) > 0; only++);
  return 0;
}
