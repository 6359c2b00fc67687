/// Names of x86-64 system calls: those for logging, memory, time, locks and processes.
///
/// Source: `asm/unistd_64.h`.
enum SystemCallName {
  private static let names: [UInt64: String] = [
    0: "read", 1: "write", 2: "open", 3: "close", 5: "fstat", 8: "lseek", 9: "mmap", 10: "mprotect", 11: "munmap",
    12: "brk", 13: "rt_sigaction", 14: "rt_sigprocmask", 16: "ioctl", 17: "pread64", 18: "pwrite64", 20: "writev",
    24: "sched_yield", 25: "mremap", 28: "madvise", 35: "nanosleep", 39: "getpid", 41: "socket", 42: "connect",
    44: "sendto", 56: "clone", 57: "fork", 58: "vfork", 59: "execve", 60: "exit", 62: "kill", 96: "gettimeofday",
    157: "prctl", 186: "gettid", 201: "time", 202: "futex", 203: "sched_setaffinity", 228: "clock_gettime",
    230: "clock_nanosleep", 231: "exit_group", 234: "tgkill", 257: "openat", 262: "newfstatat",
    298: "perf_event_open", 318: "getrandom", 435: "clone3",
  ]

  /// The name, or the number if it is none of these.
  static func of(_ number: UInt64) -> String { names[number] ?? "number \(number)" }
}
