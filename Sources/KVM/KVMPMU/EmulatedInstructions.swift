import CKVM
import Glibc
import VPMUCore

/// The vCPU's statistic `insn_emulation` (KVM_GET_STATS_FD): instructions of the guest that KVM emulated, which
/// hardware counters never see.
public final class EmulatedInstructions {
  private let stats: Int32
  private var offset: UInt64 = 0
  private var last: UInt64 = 0
  /// What they count as.
  public let event: EventCode

  static let name = "insn_emulation"

  /// Opens the statistics of a vCPU.
  public convenience init(of vcpu: VCPUHandle, _ event: EventCode) throws(KVMError) {
    try self.init(statistics: KVMError.check("KVM_GET_STATS_FD", ckvm_stats(vcpu.fd)), event)
  }

  /// - Parameter statistics: a descriptor of the statistics, which is closed with this
  package init(statistics: Int32, _ event: EventCode) throws(KVMError) {
    stats = statistics
    self.event = event
    offset = try Self.find(Self.name, in: stats)
    last = read()
  }

  deinit { close(stats) }

  /// How many since the last time.
  public func take() -> UInt64 {
    let now = read()
    defer { last = now }
    return now &- last
  }

  private func read() -> UInt64 {
    var value = last
    return ckvm_read_stats(stats, &value, MemoryLayout<UInt64>.size, offset) == 0 ? value : last
  }

  /// Where the statistic of that name is in the file: its header says where descriptors and values are, a descriptor
  /// the offset among the values.
  private static func find(_ name: String, in stats: Int32) throws(KVMError) -> UInt64 {
    var header = kvm_stats_header()
    try KVMError.check("pread", ckvm_read_stats(stats, &header, MemoryLayout<kvm_stats_header>.size, 0))
    let size = 16 + Int(header.name_size)
    var descriptor = [UInt8](repeating: 0, count: size)
    for index in 0..<UInt64(header.num_desc) {
      let place = UInt64(header.desc_offset) + index * UInt64(size)
      try KVMError.check("pread", ckvm_read_stats(stats, &descriptor, size, place))
      guard String(decoding: descriptor[16...].prefix { $0 != 0 }, as: UTF8.self) == name else { continue }
      // struct kvm_stats_desc: flags, exponent, size, then the offset.
      let valueOffset = descriptor.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: 8, as: UInt32.self) }
      return UInt64(header.data_offset) + UInt64(valueOffset)
    }
    throw KVMError(call: "the vCPU statistic \(name)", errno: ENOENT)
  }
}
