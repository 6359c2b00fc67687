import CLibVPMU
import VPMUCore
import VPMUModel

/// The functions of `vpmu_host_callbacks`, all of them there.
struct CallbackTable: @unchecked Sendable {
  typealias Context = UnsafeMutableRawPointer?
  let create: @convention(c) (Context, UnsafePointer<vpmu_event_request>?, UnsafeMutablePointer<UInt64>?) -> UInt32
  let setPeriod: @convention(c) (Context, UInt64, UInt64) -> UInt32
  let pauseAndReset: @convention(c) (Context, UInt64) -> UInt64
  let disable: @convention(c) (Context, UInt64) -> Void
  let resume: @convention(c) (Context, UInt64) -> UInt32
  let assign: @convention(c) (Context, UInt64, UInt32) -> Void
  let read: @convention(c) (Context, UInt64) -> UInt64
  let release: @convention(c) (Context, UInt64) -> Void
  let failure: (@convention(c) (Context, UInt64) -> UInt32)?

  init(_ table: vpmu_host_callbacks) throws(Failure) {
    guard let create = table.create, let setPeriod = table.set_period, let pauseAndReset = table.pause_and_reset,
      let disable = table.disable, let resume = table.resume, let assign = table.assign, let read = table.read,
      let release = table.release
    else { throw .argument("a callback of vpmu_host_callbacks is NULL: all but failure are required") }
    self.create = create
    self.setPeriod = setPeriod
    self.pauseAndReset = pauseAndReset
    self.disable = disable
    self.resume = resume
    self.assign = assign
    self.read = read
    self.release = release
    failure = table.failure
  }
}

/// A host that is the embedder's: each operation is a callback.
final class CallbackHost: HostEvents {
  let limits: HostLimits
  private let table: CallbackTable
  private let context: UnsafeMutableRawPointer?

  init(_ table: CallbackTable, limits: HostLimits, context: UnsafeMutableRawPointer?) {
    self.table = table
    self.limits = limits
    self.context = context
  }

  func attach(_ attachment: HostAttachment) {}

  func create(_ request: EventRequest) throws(HostRefusal) -> HostEvent {
    var form = vpmu_event_request()
    form.struct_size = UInt32(MemoryLayout<vpmu_event_request>.size)
    form.pmc = request.pmc.rawValue
    form.select = request.selector
    form.generic = request.generic?.rawValue ?? -1
    form.is_exact = request.quality == .exact ? 1 : 0
    form.user = request.rings.contains(.user) ? 1 : 0
    form.kernel = request.rings.contains(.kernel) ? 1 : 0
    form.period = request.period
    var event: UInt64 = 0
    let reason = table.create(context, &form, &event)
    guard reason == 0 else { throw HostRefusal(number: Int(reason)) ?? .system(errno: 0) }
    return HostEvent(rawValue: event)
  }

  /// Whoever makes the event counts by it: as well as the model says, and an event without a generic name by its
  /// encoding.
  func quality(of request: EventRequest) -> MappingQuality {
    request.generic == nil ? .exact : request.quality
  }

  func setPeriod(_ period: UInt64, of event: HostEvent) -> Bool {
    guard period != 0, period >> 63 == 0 else { return false }
    return table.setPeriod(context, event.rawValue, period) != 0
  }

  func pauseAndReset(_ event: HostEvent) -> UInt64 { table.pauseAndReset(context, event.rawValue) }

  func disable(_ event: HostEvent) { table.disable(context, event.rawValue) }

  func assign(_ event: HostEvent, to pmc: PMCIndex) { table.assign(context, event.rawValue, pmc.rawValue) }

  func resume(_ event: HostEvent) -> Bool { table.resume(context, event.rawValue) != 0 }

  func read(_ event: HostEvent) -> UInt64 { table.read(context, event.rawValue) }

  func release(_ event: HostEvent) { table.release(context, event.rawValue) }

  func knownFailure(of event: HostEvent) -> HostRefusal? { nil }

  func queryFailure(of event: HostEvent) -> HostRefusal? {
    guard let failure = table.failure else { return nil }
    let reason = failure(context, event.rawValue)
    return reason == 0 ? nil : HostRefusal(number: Int(reason)) ?? .system(errno: 0)
  }
}
