/// The vendor-neutral core: a virtual PMU for one vCPU.
///
/// The model says what registers mean, the host counts, the policy says how host events are kept; here is what two
/// vendors would otherwise both write. The life of one write:
///
/// ```
/// writeMSR ─▶ register table ─▶ vpmu_state, its word `reprogram`                    (Guest/Access)
/// enter    ─▶ notifications ─▶ event filter ─▶ each marked counter:                 (Guest/Entry, Requests/)
///             stop ─▶ accumulate ─▶ allowed? ─▶ resume or create                    (Counter/Counter+Reprogram)
///          ─▶ once a time slice: release what was not used ─▶ PMI                   (Guest/Entry)
/// ```
///
/// | KVM | here |
/// |---|---|
/// | `kvm_pmu`, `kvm_pmc` | ``VirtualPMU``, ``Counter`` |
/// | `kvm_pmu_ops` | `PMUModel` |
/// | `kvm_pmu_set_msr` | ``VirtualPMU/writeMSR(_:_:origin:)`` |
/// | `kvm_pmu_get_msr` | ``VirtualPMU/readMSR(_:origin:)`` |
/// | `kvm_pmu_rdpmc` | ``VirtualPMU/readPMC(_:cpl:cr4PCE:protectedMode:)`` |
/// | `kvm_pmu_handle_event` | ``VirtualPMU/enter()`` |
/// | `reprogram_counter` | `reprogram(_:counts:)` |
/// | `pmc_pause_counter`, `pmc_resume_counter` | ``EventAccounting/pause(_:)``, ``EventAccounting/resume(_:period:)`` |
/// | `current_config` | ``Counter/configuration`` |
/// | `pmc_in_use`, `kvm_pmu_cleanup` | `vpmu_state.in_use`, `cleanup()` |
/// | `kvm_pmu_trigger_event` | ``VirtualPMU/emulated(_:cpl:count:)`` |
import CLinux
import CVPMU
import Synchronization
import VPMUModel

/// The PMU of one virtual CPU, bound to one thread.
///
/// A vPMU belongs to the thread that made it, or that called ``bind()`` last; a call from another thread throws
/// ``VPMUError/wrongThread``. No access allocates, locks, logs or makes a system call, but for the host event
/// operations that it needs.
public final class VirtualPMU<Model: PMUModel, Host: HostEvents, Policy: EventPolicy> {
  public let model: Model
  public let host: Host
  /// The words that other threads and signal handlers touch.
  public let mailbox: OverflowMailbox

  // Only `let`s, and a pointer to plain values: a `var` of a class costs an exclusivity check at each access.
  @usableFromInline let block: UnsafeMutablePointer<VCPUBlock<Policy>>
  @usableFromInline let notificationWord: UnsafeMutablePointer<Atomic<UInt64>>
  @usableFromInline let registers: RegisterFile
  @usableFromInline let eventSelectMask: UInt64
  @usableFromInline let counterCapacity: Int
  @usableFromInline let vmFilter: VMEventFilter?

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
    self.model = model
    self.host = host
    self.vmFilter = filter
    registers = model.registers
    eventSelectMask = model.declaration.eventSelectMask
    mailbox = OverflowMailbox()
    notificationWord = mailbox.words
    // As far as the host's limits let counters exist.
    counterCapacity = Int(VPMU_MAX_GP + min(host.limits.fixed_counters, VPMU_MAX_FIXED))
    block = VCPUBlock.allocate(counters: counterCapacity)
    block.pointee.callbacks = model._callbacks
    block.pointee.thread = clinux_thread_number()
    host.attach(HostAttachment(mailbox: mailbox, modelVendors: model.declaration.cpuidVendors))
    host.bindToCurrentThread()
    filter?.attach(mailbox)
    try refresh(configuration)
  }

  @inlinable
  deinit {
    vmFilter?.detach(mailbox)
    // Compiled for any host and policy: generic code is slow here, so only counters that exist are visited.
    for pmc in PMCSet(valid) where counter(pmc).pointee.phase != .none { events.release(counter(pmc).pointee.event) }
    Policy.releaseKeptEvents(on: events)
    Policy.deallocate(block.pointee.policy)
    VCPUBlock.deallocate(block)
  }

  /// Whether the calling thread is the one that the vPMU is bound to.
  @inlinable
  public var isOnItsThread: Bool { clinux_is_thread(block.pointee.thread) }

  @inlinable
  func checkThread() throws(VPMUError) {
    guard isOnItsThread else { throw .wrongThread }
  }

  /// The registers, as the model and the guest see them.
  @inlinable
  package var liveState: PMUState { VCPUBlock.state(of: block) }

  /// The host's events, as policies work on them.
  @inlinable
  var events: EventAccounting<Host, Policy> { EventAccounting(host: host, block: block) }

  /// Releases all host events without reading them.
  @inlinable
  func releaseAllEvents() {
    let counters = VCPUBlock.counters(of: block)
    for index in 0..<counterCapacity {
      if counters[index].phase != .none { events.release(counters[index].event) }
      counters[index] = Counter(policy: Policy.counterState)
    }
    block.pointee.counting = 0
    Policy.releaseKeptEvents(on: events)
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
