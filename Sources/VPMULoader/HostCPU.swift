import CLinux

/// The CPU that this process runs on.
public enum HostCPU {
  /// Its CPUID vendor string (leaf 0: EBX, EDX, ECX), 12 characters; nil if it has no CPUID.
  public static let vendor: String? = {
    var text: [CChar] = Array(repeating: 0, count: 12)
    guard clinux_cpuid_vendor(&text) else { return nil }
    return String(decoding: text.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }()
}
