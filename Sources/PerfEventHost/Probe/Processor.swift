import CLinux

/// What CPUID says of this machine.
struct Processor {
  /// Leaf 0: EBX, EDX, ECX, four bytes each.
  let vendor: String
  /// Leaf 1: ECX[31].
  let isVirtual: Bool

  init() {
    let identity = clinux_cpuid(0, 0)
    vendor = Self.text(identity.ebx, identity.edx, identity.ecx)
    isVirtual = clinux_cpuid(1, 0).ecx >> 31 == 1
  }

  private static func text(_ words: UInt32...) -> String {
    var bytes: [UInt8] = []
    for word in words {
      for shift in stride(from: UInt32(0), to: 32, by: 8) { bytes.append(UInt8(truncatingIfNeeded: word >> shift)) }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
