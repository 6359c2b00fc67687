import CLinux

/// What CPUID says of this machine.
struct Processor {
  /// Leaf 0: EBX, EDX, ECX, four bytes each.
  let vendor: String
  /// Leaf 1: ECX[31].
  let isVirtual: Bool

  init() {
    vendor = withUnsafeBytes(of: clinux_cpu_vendor()) { String(decoding: $0, as: UTF8.self) }
    isVirtual = clinux_cpuid(1, 0).ecx >> 31 == 1
  }
}
