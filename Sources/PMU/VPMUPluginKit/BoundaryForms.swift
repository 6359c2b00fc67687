import CVPMU
import VPMUModel

extension AccessOrigin {
  /// From the flags of an access.
  @inlinable
  init(flags: UInt32) { self = flags & VPMU_HOST_INITIATED == 0 ? .guest : .host }
}

extension PMCIndex? {
  /// The index, -1 for none.
  @inlinable
  var boundary: Int32 {
    guard let pmc = self else { return -1 }
    return Int32(truncatingIfNeeded: pmc.rawValue)
  }
}

extension GuestConfiguration {
  /// Copies what a core hands over: of a struct that is shorter than ours the rest is zero, of one that is longer we
  /// take what we know.
  init(copying guest: UnsafePointer<vpmu_guest_config>) {
    var config = vpmu_guest_config()
    receive(&config, from: guest, size: guest.pointee.struct_size)
    var leaves: [CPUIDLeaf] = []
    if let first = config.leaves {
      for n in 0..<Int(config.leaf_count) {
        var leaf = CPUIDLeaf()
        receive(&leaf, from: UnsafeRawPointer(first) + n * Int(config.leaf_size), size: config.leaf_size)
        leaves.append(leaf)
      }
    }
    self.init(leaves: leaves, perfCapabilities: config.perf_capabilities)
  }
}

extension HostLimits {
  /// Copies what a core hands over, by the same rule.
  init(copying host: UnsafePointer<vpmu_host_limits>) {
    var limits = vpmu_host_limits()
    receive(&limits, from: host, size: host.pointee.struct_size)
    limits.struct_size = UInt32(MemoryLayout<vpmu_host_limits>.size)
    self = limits
  }
}

/// Takes min(their size, own size) bytes of a C struct; the rest of `value` stays as it is.
private func receive<Value: BitwiseCopyable>(_ value: inout Value, from source: UnsafeRawPointer, size: UInt32) {
  withUnsafeMutableBytes(of: &value) { own in
    own.copyMemory(from: UnsafeRawBufferPointer(start: source, count: min(own.count, Int(size))))
  }
}
