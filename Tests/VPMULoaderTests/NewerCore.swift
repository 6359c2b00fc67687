import CVPMU
import Glibc
import VPMUModel

/// What a core of a later minor version hands to a plugin: each struct and element is longer than this header's, and
/// what comes after the part that is known here must not be touched. The counters are larger, and stand elsewhere.
final class NewerCore {
  private static let tail = 48
  private static let canary: UInt8 = 0xA5
  private static let counterSize = 40
  private static let counters = MemoryLayout<vpmu_state>.size + 72
  private static let countersAt = MemoryLayout<vpmu_state>.offset(of: \.counters) ?? 0
  static let counterCount = Int(VPMU_MAX_GP + VPMU_MAX_FIXED)

  private let memory: UnsafeMutableRawPointer
  private static let size = counters + counterSize * counterCount + tail
  private var others: [UnsafeMutableRawBufferPointer] = []

  let services: UnsafePointer<vpmu_services>
  let guest: UnsafePointer<vpmu_guest_config>
  let limits: UnsafePointer<vpmu_host_limits>

  var state: PMUState { PMUState(memory.assumingMemoryBound(to: vpmu_state.self)) }

  init(_ configuration: GuestConfiguration, _ limits: HostLimits) {
    var others: [UnsafeMutableRawBufferPointer] = []
    func longer<Value: BitwiseCopyable>(_ value: Value, elements: Int = 1) -> UnsafeMutableRawPointer {
      let count = (MemoryLayout<Value>.size + Self.tail) * max(elements, 1)
      let memory = UnsafeMutableRawPointer.allocate(byteCount: count, alignment: 64)
      memset(memory, Int32(Self.canary), count)
      memory.storeBytes(of: value, as: Value.self)
      others.append(UnsafeMutableRawBufferPointer(start: memory, count: count))
      return memory
    }
    func size<Value>(of: Value.Type) -> UInt32 { UInt32(MemoryLayout<Value>.size + Self.tail) }

    let services = vpmu_services(
      struct_size: size(of: vpmu_services.self), abi_major: UInt16(VPMU_ABI_MAJOR), abi_minor: 999,
      core_version: UnsafeRawPointer(StaticString("9.9").utf8Start).assumingMemoryBound(to: CChar.self),
      report: { _, _ in })
    self.services = UnsafePointer(longer(services).assumingMemoryBound(to: vpmu_services.self))

    let leaves = longer(CPUIDLeaf(), elements: configuration.leaves.count)
    for (n, leaf) in configuration.leaves.enumerated() {
      (leaves + n * Int(size(of: CPUIDLeaf.self))).storeBytes(of: leaf, as: CPUIDLeaf.self)
    }
    let guest = vpmu_guest_config(
      struct_size: size(of: vpmu_guest_config.self), leaf_size: size(of: CPUIDLeaf.self),
      leaves: UnsafePointer(leaves.assumingMemoryBound(to: CPUIDLeaf.self)),
      leaf_count: UInt32(configuration.leaves.count), reserved0: 0,
      perf_capabilities: configuration.perfCapabilities)
    self.guest = UnsafePointer(longer(guest).assumingMemoryBound(to: vpmu_guest_config.self))

    var limits = limits
    limits.struct_size = size(of: vpmu_host_limits.self)
    self.limits = UnsafePointer(longer(limits).assumingMemoryBound(to: vpmu_host_limits.self))

    memory = .allocate(byteCount: Self.size, alignment: 64)
    memset(memory, Int32(Self.canary), Self.size)
    self.others = others
    memset(memory, 0, Self.countersAt)
    state.fields.struct_size = UInt32(Self.size)
    state.fields.counter_size = UInt32(Self.counterSize)
    state.fields.counters_offset = UInt32(Self.counters)
    for n in 0..<Self.counterCount { memset(counter(n), 0, MemoryLayout<vpmu_counter>.size) }
  }

  deinit {
    for other in others { other.deallocate() }
    memory.deallocate()
  }

  private func counter(_ n: Int) -> UnsafeMutableRawPointer {
    memory + Self.counters + n * Self.counterSize
  }

  /// The part of the state that this header knows, without its sizes, then each counter.
  var known: [UInt8] {
    let sizes = 3 * MemoryLayout<UInt32>.size
    var bytes = Array(UnsafeRawBufferPointer(start: memory + sizes, count: Self.countersAt - sizes))
    for n in 0..<Self.counterCount {
      bytes += UnsafeRawBufferPointer(start: counter(n), count: MemoryLayout<vpmu_counter>.size)
    }
    return bytes
  }

  /// The same of a state of this header's.
  static func known(_ state: PMUState) -> [UInt8] {
    Array(UnsafeRawBufferPointer(start: state.pointer, count: MemoryLayout<vpmu_state>.size)[12...])
  }

  /// Whether all that this header does not know is as it was.
  var isUntouched: Bool {
    let whole = UnsafeRawBufferPointer(start: memory, count: Self.size)
    let between = whole[Self.countersAt..<Self.counters]
    let end = whole.suffix(Self.tail)
    let inCounters = (0..<Self.counterCount).flatMap { n in
      UnsafeRawBufferPointer(start: counter(n), count: Self.counterSize)[MemoryLayout<vpmu_counter>.size...]
    }
    return (Array(between) + Array(end) + inCounters).allSatisfy { $0 == Self.canary }
      && others.allSatisfy { memory in memory.suffix(Self.tail).allSatisfy { $0 == Self.canary } }
  }
}
