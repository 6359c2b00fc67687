import VPMUModel

/// A virtual PMU as a vCPU's exits meet it: ``VirtualPMU``, or something around one, such as a recorder.
///
/// Everything is called on the vCPU's thread.
public protocol GuestFacingPMU: AnyObject {
  /// WRMSR.
  func writeMSR(_ msr: MSRNumber, _ value: UInt64, origin: AccessOrigin) throws(VPMUError) -> WriteAnswer

  /// RDMSR.
  func readMSR(_ msr: MSRNumber, origin: AccessOrigin) throws(VPMUError) -> ReadAnswer

  /// RDPMC.
  func readPMC(
    _ ecx: RDPMCSelector, cpl: UInt8, cr4PCE: Bool, protectedMode: Bool
  ) throws(VPMUError) -> ReadAnswer

  /// Right before the guest runs.
  func enter() throws(VPMUError) -> EntryAction

  /// A new time slice of the vCPU begins.
  func scheduledIn() throws(VPMUError)

  /// `count` emulated instructions that count as this event.
  func emulated(_ event: EventCode, cpl: UInt8, count: UInt64) throws(VPMUError)

  /// The counts of all host events are looked at, at the next ``enter()``: notifications may not have come.
  func lookAtCounts()

  /// KVM_RUN has returned: the guest ran since ``enter()``.
  func guestRan() throws(VPMUError)
}

extension GuestFacingPMU {
  @inlinable
  public func guestRan() throws(VPMUError) {}
}

extension VirtualPMU: GuestFacingPMU {
  public func lookAtCounts() { mailbox.requestRescan() }
}
