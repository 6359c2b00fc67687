import VPMUCore
import VPMUModel

/// A host whose operations are counted and, where that is wanted, timed. Timing reads the clock twice for each
/// operation: what is measured around it is slower by that.
public final class MeasuredHost<Base: HostEvents>: ForwardingHost {
  public let base: Base
  let isTiming: Bool
  let counts: UnsafeMutablePointer<UInt64>
  let nanoseconds: UnsafeMutablePointer<UInt64>

  public init(_ base: Base, timing: Bool) {
    self.base = base
    isTiming = timing
    counts = .allocate(capacity: HostOperation.allCases.count)
    counts.initialize(repeating: 0, count: HostOperation.allCases.count)
    nanoseconds = .allocate(capacity: HostOperation.allCases.count)
    nanoseconds.initialize(repeating: 0, count: HostOperation.allCases.count)
  }

  deinit {
    counts.deallocate()
    nanoseconds.deallocate()
  }

  /// So far.
  public var operations: HostOperations {
    var operations = HostOperations()
    for kind in HostOperation.allCases {
      operations.set(kind, count: counts[kind.rawValue], nanoseconds: nanoseconds[kind.rawValue], isTimed: isTiming)
    }
    return operations
  }

  func measure<Result, Failure: Error>(
    _ operation: HostOperation, _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    counts[operation.rawValue] &+= 1
    guard isTiming else { return try body() }
    let start = Clock.now()
    defer { nanoseconds[operation.rawValue] &+= Clock.now() &- start }
    return try body()
  }

  public func create(_ request: EventRequest) throws(HostRefusal) -> Event {
    try measure(.create) { () throws(HostRefusal) in try base.create(request) }
  }

  public func setPeriod(_ period: UInt64, of event: Event) -> Bool {
    measure(.setPeriod) { base.setPeriod(period, of: event) }
  }

  public func pauseAndReset(_ event: Event) -> UInt64 { measure(.pause) { base.pauseAndReset(event) } }

  public func disable(_ event: Event) { measure(.suspend) { base.disable(event) } }

  public func resume(_ event: Event) -> Bool { measure(.resume) { base.resume(event) } }

  public func read(_ event: Event) -> UInt64 { measure(.read) { base.read(event) } }

  public func release(_ event: Event) { measure(.release) { base.release(event) } }
}
