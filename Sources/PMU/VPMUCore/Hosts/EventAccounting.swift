import VPMUModel

/// The host events of one virtual CPU, as policies work on them: each operation that changes how many events there are
/// is counted in the statistics.
@frozen
public struct EventAccounting<Host: HostEvents, Policy: EventPolicy> {
  public let host: Host
  @usableFromInline let block: UnsafeMutablePointer<VCPUBlock<Policy>>

  @inlinable
  init(host: Host, block: UnsafeMutablePointer<VCPUBlock<Policy>>) {
    self.host = host
    self.block = block
  }

  /// Whether the next entry delivers a PMI.
  @inlinable
  var isPMIPending: Bool { VCPUBlock.state(of: block).fields.pmi_pending != 0 }

  /// A counter that exists.
  @inlinable
  func counter(_ pmc: PMCIndex) -> UnsafeMutablePointer<Counter<Policy.CounterState>> {
    VCPUBlock.counters(of: block) + pmc.position
  }

  @inlinable
  func create(_ request: EventRequest) throws(HostRefusal) -> HostEvent {
    do {
      let event = try host.create(request)
      block.pointee.statistics.created &+= 1
      return event
    } catch {
      block.pointee.statistics.refused &+= 1
      block.pointee.refusals.add(error)
      throw error
    }
  }

  @inlinable
  func countReuse() { block.pointee.statistics.reused &+= 1 }

  /// Reads the counter's event if it counts, and releases it.
  ///
  /// - Returns: its counts that are not in the counter's base.
  @inlinable
  public func release(_ counter: inout Counter<Policy.CounterState>) -> UInt64 {
    guard counter.phase != .none else { return 0 }
    let counted = counter.phase == .counting ? host.read(counter.event) &- counter.origin : 0
    release(counter.event)
    counter.phase = .none
    counter.origin = 0
    return counted
  }

  @inlinable
  func release(_ event: HostEvent) {
    host.release(event)
    block.pointee.statistics.released &+= 1
  }
}
