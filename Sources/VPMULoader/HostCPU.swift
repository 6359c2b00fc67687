import CLinux

/// The CPU that this process runs on.
public enum HostCPU {
  /// Its CPUID vendor string (leaf 0: EBX, EDX, ECX), 12 characters.
  public static let vendor: String = {
    let leaf = clinux_cpuid(0, 0)
    return withUnsafeBytes(of: (leaf.ebx, leaf.edx, leaf.ecx)) { String(decoding: $0, as: UTF8.self) }
  }()
}
