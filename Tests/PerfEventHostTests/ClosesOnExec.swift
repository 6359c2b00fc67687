import PerfEventHost

/// Whether the descriptor has FD_CLOEXEC (flags of /proc/self/fdinfo: octal 02000000).
func closesOnExec(_ fd: Int32) -> Bool {
  let info = SystemCall.text(ofFile: "/proc/self/fdinfo/\(fd)") ?? ""
  let flags = KernelSettings.field("flags", of: info).flatMap { UInt64($0, radix: 8) } ?? 0
  return flags & 0o2000000 != 0
}
