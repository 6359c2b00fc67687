import CLinux

/// The CPU that this process runs on.
public enum HostCPU {
  /// Its CPUID vendor string (leaf 0: EBX, EDX, ECX), 12 characters.
  public static let vendor = withUnsafeBytes(of: clinux_cpu_vendor()) { String(decoding: $0, as: UTF8.self) }
}
