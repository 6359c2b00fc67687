/// The vendor-neutral core: a virtual PMU for one vCPU.
///
/// The model says what registers mean, the host counts, the policy says how host events are kept; here is what two
/// vendors would otherwise both write. A guest's access travels so:
///
/// ```
/// writeMSR ─▶ model.setMSR ─▶ state, reprogram word        (VirtualPMU+Access)
/// enter    ─▶ notifications ─▶ filter ─▶ pass over the marked    (VirtualPMU+Enter, +Notifications, +Pass)
///             counters: stop, judge, restart or create ─▶ cleanup once a time slice ─▶ PMI
/// ```
///
/// The files beside this one each hold one of these steps.
import CLinux
import CVPMU
import VPMUModel

/// The PMU of one virtual CPU, bound to one thread.
///
/// A vPMU belongs to the thread that made it, or that called ``bind()`` last; a call from another thread throws
/// ``VPMUError/wrongThread``. No access allocates, locks, logs or makes a system call, but for the host event operations
/// that it needs.
public final class VirtualPMU<Model: PMUModel, Host: HostEvents, Policy: EventPolicy> {
  public let model: Model
  public let host: Host
  /// The words that other threads and signal handlers touch.
  public let mailbox: Mailbox
  /// The guest-visible and pending state, for inspection: change it through registers only.
  public let state: PMUState

  // Only `let`s, and pointers to plain values: a `var` of a class costs an exclusivity check at each access.
  @usableFromInline let counterFields: UnsafeMutablePointer<vpmu_counter>
  @usableFromInline let slots: UnsafeMutablePointer<CounterSlot<Host.Event>>
  @usableFromInline let statisticsPointer: UnsafeMutablePointer<HostEventStatistics>
  @usableFromInline let events: EventAccounting<Host>
  @usableFromInline let pool: UnsafeMutablePointer<EventPool<Host.Event>>
  @usableFromInline let book: UnsafeMutablePointer<Bookkeeping>
  @usableFromInline let eventSelectMask: UInt64
  @usableFromInline let vmFilter: VMEventFilter?

  /// What is neither guest-visible nor one counter's.
  @usableFromInline
  struct Bookkeeping {
    /// The number of the bound thread.
    @usableFromInline var thread: UInt64 = 0
    /// The counters that exist and their widths, checked.
    @usableFromInline var shape = CheckedShape()
    /// Counters to look at again for another reason than a write of the guest's: these don't hide a notification.
    @usableFromInline var revisit: UInt64 = 0
    /// Running counters whose alarm may be late: it is looked at before the guest runs.
    @usableFromInline var rearm: UInt64 = 0
    /// Running counters of which no notification comes in time: their counts are looked at whenever the guest was left.
    @usableFromInline var polled: UInt64 = 0
    @usableFromInline var filter: EventFilter?
    @usableFromInline var pluginFaults = PluginFaults()

    @usableFromInline
    init() {}
  }

  /// As far as the host's limits let counters exist.
  @usableFromInline let slotCount: Int

  /// Makes a vPMU in its state after RESET, bound to the calling thread.
  ///
  /// - Parameters:
  ///   - configuration: the CPUID that the guest sees
  ///   - host: a host of its own for this vPMU
  ///   - policy: how host events are kept
  ///   - filter: the VM's event filter, shared by its vCPUs
  /// - Throws: ``VPMUError/configurationRefused(model:)``, ``VPMUError/invalidShape(model:reason:)``,
  ///   ``VPMUError/invalidStatus(model:status:)``
  @inlinable
  public init(
    model: Model, configuration: GuestConfiguration, host: Host, policy: Policy, filter: VMEventFilter? = nil
  ) throws(VPMUError) {
    let declaration = model.declaration
    self.model = model
    self.host = host
    self.vmFilter = filter
    eventSelectMask = declaration.eventSelectMask
    mailbox = Mailbox()
    state = .allocate(capacity: 1)
    state.initialize(to: vpmu_state())
    counterFields = state.counterFields
    slotCount = Int(VPMU_MAX_GP + min(host.limits.fixed_counters, VPMU_MAX_FIXED))
    slots = .allocate(capacity: slotCount)
    slots.initialize(repeating: CounterSlot(), count: slotCount)
    statisticsPointer = .allocate(capacity: 1)
    statisticsPointer.initialize(to: HostEventStatistics())
    pool = .allocate(capacity: 1)
    pool.initialize(to: EventPool())
    events = EventAccounting(host: host, statistics: statisticsPointer, pool: pool)
    book = .allocate(capacity: 1)
    book.initialize(to: Bookkeeping())
    book.pointee.thread = clinux_thread_number()
    host.attach(HostAttachment(mailbox: mailbox, modelVendors: declaration.cpuidVendors))
    host.bindToCurrentThread()
    filter?.attach(mailbox)
    try refresh(configuration)
  }

  @inlinable
  deinit {
    vmFilter?.detach(mailbox)
    // Compiled for any host and policy: what is generic is slow here, so only counters that exist are looked at.
    for pmc in PMCSet(valid) { if let event = slot(pmc).pointee.event { events.release(event) } }
    events.emptyPool()
    mailbox.deallocate()
    state.deallocate()
    slots.deallocate()
    statisticsPointer.deallocate()
    pool.pointee.deallocate()
    pool.deallocate()
    book.deinitialize(count: 1)
    book.deallocate()
  }

  @inlinable
  func checkThread() throws(VPMUError) {
    guard clinux_thread_number() == book.pointee.thread else { throw .wrongThread }
  }

  /// Gives all host events back without reading them.
  @inlinable
  func releaseAllEvents() {
    for index in 0..<slotCount {
      if let event = slots[index].event { events.release(event) }
      slots[index] = CounterSlot()
    }
    forgetEvents()
  }
}

extension VirtualPMU where Policy == Reuse {
  /// Makes a vPMU with the default policy.
  @inlinable
  public convenience init(
    model: Model, configuration: GuestConfiguration, host: Host, filter: VMEventFilter? = nil
  ) throws(VPMUError) {
    try self.init(model: model, configuration: configuration, host: host, policy: Reuse(), filter: filter)
  }
}
