import VPMUModel

/// A host around another one: every operation goes to `base`, and a conforming type replaces those that it changes.
public protocol ForwardingHost: HostEvents {
  associatedtype Base: HostEvents
  var base: Base { get }
}

extension ForwardingHost {
  @inlinable
  public var limits: HostLimits { base.limits }
  @inlinable
  public func attach(_ attachment: HostAttachment) { base.attach(attachment) }
  @inlinable
  public func bindToCurrentThread() { base.bindToCurrentThread() }
  @inlinable
  public func create(_ request: EventRequest) throws(HostRefusal) -> HostEvent { try base.create(request) }
  @inlinable
  public func quality(of request: EventRequest) -> MappingQuality { base.quality(of: request) }
  @inlinable
  public func setPeriod(_ period: UInt64, of event: HostEvent) -> Bool { base.setPeriod(period, of: event) }
  @inlinable
  public func pauseAndReset(_ event: HostEvent) -> UInt64 { base.pauseAndReset(event) }
  @inlinable
  public func disable(_ event: HostEvent) { base.disable(event) }
  @inlinable
  public func assign(_ event: HostEvent, to pmc: PMCIndex) { base.assign(event, to: pmc) }
  @inlinable
  public func resume(_ event: HostEvent) -> Bool { base.resume(event) }
  @inlinable
  public func read(_ event: HostEvent) -> UInt64 { base.read(event) }
  @inlinable
  public func release(_ event: HostEvent) { base.release(event) }
  @inlinable
  public func knownFailure(of event: HostEvent) -> HostRefusal? { base.knownFailure(of: event) }
  @inlinable
  public func queryFailure(of event: HostEvent) -> HostRefusal? { base.queryFailure(of: event) }
}
