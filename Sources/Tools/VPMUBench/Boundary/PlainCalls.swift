import CPlainCalls
import CVPMU
import VPMUModel

/// Plain C functions of the callbacks' shapes, called through pointers that are loaded for each call, as a plugin's
/// are.
struct PlainCalls {
  let table: UnsafePointer<vpmu_ops>
  let state: PMUState

  init(_ state: PMUState) {
    table = plain_calls()
    self.state = state
  }

  func isValidMSR(_ access: SampleAccess) -> UInt64 {
    table.pointee.is_valid_msr.unsafelyUnwrapped(nil, state.pointer, access.number) ? 1 : 0
  }

  func index(_ access: SampleAccess) -> UInt64 {
    UInt64(UInt32(bitPattern: table.pointee.msr_idx_to_pmc.unsafelyUnwrapped(nil, state.pointer, access.number)))
  }

  func getMSR(_ access: SampleAccess) -> UInt64 {
    table.pointee.get_msr.unsafelyUnwrapped(nil, state.pointer, access.number, 0).value
  }

  func setMSR(_ access: SampleAccess) -> UInt64 {
    table.pointee.set_msr.unsafelyUnwrapped(nil, state.pointer, access.number, access.value, 0).value
  }
}
