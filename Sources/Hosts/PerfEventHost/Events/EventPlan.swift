import CLinux
import VPMUCore
import VPMUModel

/// The events that this host may open, as far as that decides whether a single request is granted.
package struct CountableEvents: Sendable {
  package var source: EventSource
  package var scope: GuestScope
  /// The embedder allowed raw encodings, ...
  package var allowsRaw: Bool
  /// ... and this processor is of the model's vendor, so that they mean the same.
  package var isModelsVendor: Bool
  /// Generic events that the probe found missing.
  package var missing: GenericEventSet

  package init(
    source: EventSource, scope: GuestScope, allowsRaw: Bool, isModelsVendor: Bool, missing: GenericEventSet
  ) {
    self.source = source
    self.scope = scope
    self.allowsRaw = allowsRaw
    self.isModelsVendor = isModelsVendor
    self.missing = missing
  }
}

/// What to open for a request. Deciding it asks nothing of the kernel.
package enum EventPlan: Equatable, Sendable {
  /// The event counts nothing, and none is opened: no ring is asked for, or only one that the VMM reports.
  case nothing
  /// One kernel event.
  case open(KernelEvent)

  /// - Throws: why nothing may or can be opened.
  package init(_ request: EventRequest, on host: CountableEvents) throws(HostRefusal) {
    if request.rings.isEmpty {
      self = .nothing
      return
    }
    let counted = host.scope.countedRings(request.generic)
    guard !request.rings.isDisjoint(with: counted) else { throw .ringNotCountable }
    if request.rings.isDisjoint(with: host.scope.ringsOnCounters) {
      // All that it counts is reported by the VMM.
      self = .nothing
      return
    }
    self = .open(try Self.event(for: request, on: host))
  }

  /// How well what is opened counts what the guest asked for. Nothing and a raw encoding are what it asked for itself;
  /// a part of the rings is an approximation of all.
  package func quality(of request: EventRequest, on host: CountableEvents) -> MappingQuality {
    guard case .open(let event) = self else { return .exact }
    let counted = host.scope.countedRings(request.generic)
    let quality = event.isRaw ? .exact : host.source.quality(request.quality)
    return counted.isSuperset(of: request.rings) ? quality : min(quality, .approximate)
  }

  private static func event(for request: EventRequest, on host: CountableEvents) throws(HostRefusal) -> KernelEvent {
    guard let generic = request.generic else { return try rawEvent(for: request, on: host) }
    switch host.source.kind {
    case .hardware:
      guard !host.missing.contains(generic) else { throw .noSuchEvent }
      return .generic(generic)
    case .softwareClock: return .clock
    case .pageFaults: return .software(CLINUX_SOFTWARE_PAGE_FAULTS)
    }
  }

  private static func rawEvent(for request: EventRequest, on host: CountableEvents) throws(HostRefusal) -> KernelEvent {
    let isRawPossible = host.source.kind == .hardware && host.isModelsVendor
    guard isRawPossible, host.allowsRaw else {
      if request.selector & RawConfig.flags != 0 { throw .flagsNotCountable }
      guard host.source.kind == .hardware else { throw .noSuchEvent }
      throw host.isModelsVendor ? .rawNotAllowed : .foreignEncoding
    }
    return KernelEvent(
      type: UInt32(CLINUX_TYPE_RAW), config: request.selector & RawConfig.bits, neverStandsStill: false)
  }
}

/// What an event of the kernel counts: `type` and `config` of `perf_event_attr`.
package struct KernelEvent: Equatable, Sendable, BitwiseCopyable {
  package var type: UInt32
  package var config: UInt64
  /// A running event of this kind that counts nothing is on a counter that does not count.
  package var neverStandsStill: Bool

  package init(type: UInt32, config: UInt64, neverStandsStill: Bool) {
    self.type = type
    self.config = config
    self.neverStandsStill = neverStandsStill
  }

  /// A generic event of the processor: `PERF_COUNT_HW_*`.
  static func generic(_ event: GenericEvent) -> KernelEvent {
    KernelEvent(
      type: UInt32(CLINUX_TYPE_HARDWARE), config: UInt64(UInt32(bitPattern: event.rawValue)),
      neverStandsStill: event == .cycles || event == .instructions)
  }

  /// The generic event of the processor that it is; nil: another one.
  package var generic: GenericEvent? {
    type == UInt32(CLINUX_TYPE_HARDWARE) ? GenericEvent(rawValue: Int32(truncatingIfNeeded: config)) : nil
  }

  /// The guest's own encoding.
  var isRaw: Bool { type == UInt32(CLINUX_TYPE_RAW) }

  static var instructions: KernelEvent { .generic(.instructions) }

  /// The shortest period, in events, that leaves the thread time for more than its own signals. A handler and the
  /// return from it are a hundred instructions and more, which count as well, and some of them miss the caches: an
  /// event that overflows meanwhile would never let the guest go on. An overflow that is due sooner is notified
  /// that much later, no more than an interrupt's skid on a busy host. 1 would be branch tracing on some processors.
  package var shortestPeriod: UInt64 {
    switch generic {
    case .cacheReferences, .cacheMisses, .branchMisses: 100
    case .some: 1000
    case nil where isRaw: 1000
    // In ns. The kernel's own minimum of 10 µs is less than a signal takes on a slow machine.
    case nil where self == .clock: 100_000
    default: 1
    }
  }

  static var clock: KernelEvent { .software(CLINUX_SOFTWARE_TASK_CLOCK) }

  static func software(_ config: Int) -> KernelEvent {
    KernelEvent(type: UInt32(CLINUX_TYPE_SOFTWARE), config: UInt64(config), neverStandsStill: false)
  }
}

/// The bits of an event select that are an event's encoding for the kernel (`config` of `PERF_TYPE_RAW` on x86). Rings,
/// enable and interrupt are not among them: the kernel has attributes for these.
enum RawConfig {
  /// Edge (18), invert (23), counter mask (31:24).
  static let flags: UInt64 = 1 << 18 | 1 << 23 | 0xFF00_0000
  /// The flags, event (7:0 and, on AMD, 35:32) and unit mask (15:8).
  static let bits: UInt64 = flags | 0xF_0000_FFFF
}
