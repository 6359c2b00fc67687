import CVPMU
import VPMUModel

/// Counters by their indices. Which exist and how wide they are was checked when the model set its shape; whatever a
/// faulty model does to the state's shape or sizes after that leads the core to no other memory.
extension VirtualPMU {
  /// The counters that exist.
  @inlinable
  var valid: UInt64 { block.pointee.shape.valid }

  /// Whether a model's answer is the index of a counter.
  @inlinable
  func exists(_ index: UInt32) -> Bool { index < 64 && PMCIndex(rawValue: index).bit & valid != 0 }

  /// The bits that a counter's value may have: 2^width - 1.
  @inlinable
  func widthMask(_ pmc: PMCIndex) -> UInt64 { pmc.isFixed ? block.pointee.shape.fixedMask : block.pointee.shape.gpMask }

  /// The registers of a counter that exists.
  @inlinable
  func fields(_ pmc: PMCIndex) -> UnsafeMutablePointer<vpmu_counter> {
    vpmu_own_counter(liveState.pointer, pmc.rawValue)
  }

  /// A counter that exists.
  @inlinable
  func counter(_ pmc: PMCIndex) -> UnsafeMutablePointer<Counter<Policy.CounterState>> {
    VCPUBlock.counters(of: block) + pmc.position
  }
}

extension PMCIndex {
  /// Where a counter is kept, as in `vpmu_state.counters`: general-purpose ones first. Below
  /// ``VirtualPMU/counterCapacity`` for every counter that exists.
  @inlinable
  var position: Int { Int((rawValue & 15) | ((rawValue &>> 1) & 16)) }
}

/// Values.
extension VirtualPMU {
  /// The counter's value now: base, live host count and emulated counts.
  @inlinable
  func readCounter(_ pmc: PMCIndex) -> UInt64 {
    let fields = fields(pmc)
    var value = fields.pointee.base &+ fields.pointee.emulated
    let counter = counter(pmc)
    if counter.pointee.phase == .counting { value &+= host.read(counter.pointee.event) &- counter.pointee.origin }
    return value & widthMask(pmc)
  }

  @inlinable @inline(__always)
  func writeCounter(_ pmc: PMCIndex, _ value: UInt64) {
    let isActive = (block.pointee.counting | block.pointee.requests.emulated) & pmc.bit != 0
    if isActive {
      writeActiveCounter(pmc, value & widthMask(pmc))
    } else {
      fields(pmc).pointee.base = value & widthMask(pmc)
    }
  }

  /// Stores a value without stopping the host event, which gets the period to the new overflow. An overflow before this
  /// write is recorded first.
  @inlinable @inline(never)
  func writeActiveCounter(_ pmc: PMCIndex, _ value: UInt64) {
    let counter = counter(pmc)
    guard counter.pointee.phase == .counting else {
      accumulate(pmc, 0)
      fields(pmc).pointee.base = value
      return
    }
    let count = host.read(counter.pointee.event)
    accumulate(pmc, count &- counter.pointee.origin)
    fields(pmc).pointee.base = value
    let distance = Self.period(to: value, widthMask(pmc))
    counter.pointee.moveOverflow(to: distance, after: count)
    Policy.overflowMoved(&counter.pointee, pmc, to: distance, at: count, on: events)
  }
}
