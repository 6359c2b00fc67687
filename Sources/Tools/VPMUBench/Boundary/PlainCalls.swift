import CPlainCalls
import CVPMU
import VPMUModel

/// Plain C functions of the callbacks' shapes, called through pointers that are loaded for each call, as a plugin's are.
@usableFromInline
struct PlainCalls {
  @usableFromInline let table: UnsafePointer<vpmu_ops>
  @usableFromInline let state: PMUState

  @usableFromInline
  init(_ state: PMUState) {
    table = plain_calls()
    self.state = state
  }

  @inlinable
  func isValidMSR(_ access: SampleAccess) -> UInt64 {
    table.pointee.is_valid_msr.unsafelyUnwrapped(nil, state, access.number) ? 1 : 0
  }

  @inlinable
  func index(_ access: SampleAccess) -> UInt64 {
    UInt64(UInt32(bitPattern: table.pointee.msr_idx_to_pmc.unsafelyUnwrapped(nil, state, access.number)))
  }

  @inlinable
  func getMSR(_ access: SampleAccess) -> UInt64 {
    table.pointee.get_msr.unsafelyUnwrapped(nil, state, access.number, 0).value
  }

  @inlinable
  func setMSR(_ access: SampleAccess) -> UInt64 {
    table.pointee.set_msr.unsafelyUnwrapped(nil, state, access.number, access.value, 0).value
  }
}
