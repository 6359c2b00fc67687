/// Host events by perf_event_open(2), pinned, on the bound thread; and what this host really can do (``HostProbe``).
///
/// An event's life, and where the time goes:
///
/// ```
///           create                pause                    release
///   (none) ────────▶ enabled ◀──────────────▶ paused ────────────────▶ (none)
///            open     │   ▲       resume      ENABLE / DISABLE + read    close
///                     ▼   │
///                    failure: end of file, off its counter, dead, throttled
/// ```
///
/// A failure is found by checking (``PerfEventHost/pauseAndReset(_:)``, ``PerfEventHost/read(_:)``,
/// ``PerfEventHost/queryFailure(of:)``) and ends when a later check finds the event counting. From Linux 6.15 on, an
/// event that loses its counter for good sends a notification; on older kernels, and without a signal, the next check
/// finds it.
import CLinux
import VPMUCore
import VPMUModel

public final class PerfEventHost: HostEvents {
  public let limits: HostLimits
  public let options: PerfEventOptions
  /// Events that may be enabled at a time, at most. How many of a kind depends on the others: some processors have
  /// counters for cycles, instructions or reference cycles only.
  public var capacity: Int { budget.most }
  /// What the host's processor and kernel can do.
  public let capabilities: HostCapabilities

  /// How counts are read, chosen once by ``HostCapabilities/readPlan(source:scope:)`` and the options. It becomes
  /// `read` for good if the kernel maps no page (locked memory: the sysctl `kernel.perf_event_mlock_kb`).
  public internal(set) var readWay: ReadMethod

  /// Places for events. More than a virtual CPU has counters.
  package static let slotCount = 64

  /// Nil before the first event: many virtual CPUs have none.
  private var table: UnsafeMutablePointer<EventSlot>?
  /// Bit n: place n is free.
  package internal(set) var freeSlots = UInt64.max
  package internal(set) var budget: CounterBudget
  var countable: CountableEvents
  /// Kept, since signal handlers write to its notification word.
  private var mailbox: OverflowMailbox?
  var notificationWord: UnsafeMutableRawPointer?
  /// Events count, and notify, this thread.
  var thread: Int32
  package internal(set) var throttleWatch: ThrottleWatch?
  /// A watch is wanted, and was not tried yet on this thread.
  private var isToWatch = false

  /// Throttlings seen so far: times that the kernel stopped an event because it interrupted too often.
  public internal(set) var throttlings: UInt64 = 0
  /// Records that did not fit into the ring buffer; throttlings may be among them.
  public internal(set) var lostRecords: UInt64 = 0
  /// Periods that were set to another value than asked for: too short, or refused.
  public internal(set) var adjustedPeriods: UInt64 = 0
  /// Periods that were made longer since the vCPU's interrupts are over their budget: those overflows come late. What
  /// is counted stays exact.
  public internal(set) var latePeriods: UInt64 = 0
  /// Nil: as many interrupts as periods allow.
  var interruptBudget: InterruptBudget?
  /// Whether periods are made longer now (``PerfEventOptions/interruptsPerSecond``).
  public var isOverBudget: Bool { interruptBudget?.isOverdrawn(at: SystemCall.monotonicTime()) ?? false }

  /// Events of the calling thread, until ``bindToCurrentThread()``.
  ///
  /// - Parameter capabilities: what ``HostProbe/run()`` found.
  /// - Throws: ``PerfEventHostError`` if there is no such source of events.
  public convenience init(
    _ capabilities: HostCapabilities, options: PerfEventOptions = PerfEventOptions()
  ) throws(PerfEventHostError) {
    let plan = capabilities.readPlan(source: options.source, scope: options.scope)
    try self.init(capabilities, options: options, readWay: options.mapsPages ? plan.way : .read)
  }

  /// With this way to read counts.
  package init(
    _ capabilities: HostCapabilities, options: PerfEventOptions, readWay: ReadMethod
  ) throws(PerfEventHostError) {
    if let advice = capabilities.obstacle(to: options.source) {
      throw .noEvents(source: options.source, advice: advice)
    }
    self.capabilities = capabilities
    self.options = options
    self.readWay = readWay
    let isHardware = options.source == .hardware
    // Chosen, it is a limit for all events, whatever counters they have.
    let chosen = options.capacity ?? (isHardware ? nil : Self.slotCount)
    budget =
      chosen.map { CounterBudget(general: max(1, min($0, Self.slotCount))) }
      ?? CounterBudget(general: capabilities.capacity, fixed: capabilities.fixedEvents)
    let shownCounters = isHardware ? min(capabilities.capacity, 16) : 8
    limits = HostLimits(
      gpCounters: UInt32(shownCounters), fixedCounters: 3, gpWidth: 48, fixedWidth: 48, archEvents: 7)
    countable = CountableEvents(
      source: options.source, scope: options.scope, allowsRaw: options.allowsRaw, isModelsVendor: false,
      missing: isHardware ? capabilities.missingEvents : [])
    thread = SystemCall.threadID()
    interruptBudget = options.interruptsPerSecond.map { InterruptBudget(rate: $0, at: SystemCall.monotonicTime()) }
  }

  deinit {
    for slot in 0..<Self.slotCount where freeSlots & (1 &<< UInt64(slot)) == 0 {
      release(HostEvent(index: slot))
    }
    table?.deallocate()
  }

  package var slots: UnsafeMutablePointer<EventSlot> {
    if let table { return table }
    let slots = UnsafeMutablePointer<EventSlot>.allocate(capacity: Self.slotCount)
    slots.initialize(repeating: EventSlot(), count: Self.slotCount)
    table = slots
    return slots
  }

  public func attach(_ attachment: HostAttachment) {
    mailbox = attachment.mailbox
    notificationWord = attachment.mailbox.notificationWord
    countable.isModelsVendor = attachment.modelVendors.contains(capabilities.vendor)
  }

  public func bindToCurrentThread() {
    thread = SystemCall.threadID()
    // A ring buffer takes records of one thread's events only. A new one is made even if the number is the same: the
    // number may have been given to another thread.
    throttleWatch = nil
    isToWatch = options.watchesThrottling
  }

  /// With the first event: a virtual CPU without events costs the host nothing.
  func startWatching() {
    guard isToWatch else { return }
    isToWatch = false
    throttleWatch = try? ThrottleWatch()
  }

  /// Whether throttling is noticed. False before the first event on a thread where counts are read by read(2), if it
  /// was not asked for, or if the kernel gave no ring buffer (the sysctl `kernel.perf_event_mlock_kb` limits it) or
  /// does not let events write into it.
  public var notificationsThrottling: Bool { throttleWatch != nil || (readWay == .page && options.watchesThrottling) }
}
