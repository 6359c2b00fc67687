import VPMUCore
import VPMUModel

/// Where a guest's accesses go. Each one is an exit: the access is emulated, and the guest is entered again.
///
/// A driver touches only registers that it found to exist, with values that they accept: what a port does about #GP is
/// its own matter, such as noting a failure.
public protocol GuestPort {
  mutating func wrmsr(_ msr: MSRNumber, _ value: UInt64)
  mutating func rdmsr(_ msr: MSRNumber) -> UInt64
  mutating func rdpmc(_ ecx: RDPMCSelector) -> UInt64
}
