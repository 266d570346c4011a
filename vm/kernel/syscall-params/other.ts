// Parameters of the functions of calls of the category 'other'. The rest: the system, modules, keys, tracing. Notation and source: index.ts.

// oxfmt-ignore
export const OTHER_PARAMS = {
  add_key: 'const char * _type, const char * _description, const void * _payload, size_t plen, key_serial_t ringid',
  bpf: 'int cmd, union bpf_attr * uattr, unsigned int size',
  getrandom: 'char * ubuf, size_t len, unsigned int flags',
  ioperm: 'unsigned long from, unsigned long num, int turn_on',
  iopl: 'unsigned int level',
  keyctl: 'int option, unsigned long arg2, unsigned long arg3, unsigned long arg4, unsigned long arg5',
  landlock_add_rule: 'const int ruleset_fd, const enum landlock_rule_type rule_type, const void *const rule_attr, const __u32 flags',
  landlock_create_ruleset: 'const struct landlock_ruleset_attr *const attr, const size_t size, const __u32 flags',
  landlock_restrict_self: 'const int ruleset_fd, const __u32 flags',
  lsm_get_self_attr: 'unsigned int attr, struct lsm_ctx * ctx, u32 * size, u32 flags',
  lsm_list_modules: 'u64 * ids, u32 * size, u32 flags',
  lsm_set_self_attr: 'unsigned int attr, struct lsm_ctx * ctx, u32 size, u32 flags',
  newuname: 'struct new_utsname * name',
  perf_event_open: 'struct perf_event_attr * attr_uptr, pid_t pid, int cpu, int group_fd, unsigned long flags',
  reboot: 'int magic1, int magic2, unsigned int cmd, void * arg',
  request_key: 'const char * _type, const char * _description, const char * _callout_info, key_serial_t destringid',
  sysinfo: 'struct sysinfo * info',
  syslog: 'int type, char * buf, int len',
} as const satisfies Record<string, string>;
