import CVPMU
import VPMUModel

/// A plugin's callbacks with the required ones known to be there. The order puts what an access needs on one cache line.
@frozen @usableFromInline
struct CallbackTable {
  @usableFromInline typealias Context = UnsafeMutableRawPointer?
  @usableFromInline typealias Index = @convention(c) (Context, UnsafePointer<vpmu_state>, UInt32) -> Int32
  @usableFromInline typealias Change = @convention(c) (Context, PMUState) -> Void

  @usableFromInline let context: Context
  @usableFromInline let setMSR: @convention(c) (Context, PMUState, UInt32, UInt64, UInt32) -> vpmu_answer
  @usableFromInline let getMSR: @convention(c) (Context, UnsafePointer<vpmu_state>, UInt32, UInt32) -> vpmu_answer
  @usableFromInline let msrIndexToPMC: Index
  @usableFromInline let rdpmcECXToPMC: Index
  @usableFromInline let checkRDPMCEarly: Index?
  @usableFromInline let isValidMSR: @convention(c) (Context, UnsafePointer<vpmu_state>, UInt32) -> Bool
  @usableFromInline let findArchEvent: @convention(c) (Context, UnsafePointer<vpmu_state>, UInt64) -> vpmu_event

  @usableFromInline let marks: DeclaredMarks
  @usableFromInline let findFixedEvent: @convention(c) (Context, UnsafePointer<vpmu_state>, UInt32) -> vpmu_event
  @usableFromInline let deliverPMI: Change?
  @usableFromInline let cleanup: Change?
  @usableFromInline let reset: Change
  @usableFromInline let refresh:
    @convention(c) (
      Context, PMUState, UnsafePointer<vpmu_guest_config>, UnsafePointer<vpmu_host_limits>
    ) -> Int32

  @usableFromInline let declaration: ModelDeclaration

  /// - Throws: `missingCallback`, the first in the header's order
  init(
    _ ops: vpmu_ops, context: Context, declaration: ModelDeclaration, path: String
  ) throws(PluginLoadError) {
    func required<Callback>(_ callback: Callback?, _ name: String) throws(PluginLoadError) -> Callback {
      guard let callback else { throw .missingCallback(path: path, name: name) }
      return callback
    }
    refresh = try required(ops.refresh, "refresh")
    reset = try required(ops.reset, "reset")
    isValidMSR = try required(ops.is_valid_msr, "is_valid_msr")
    msrIndexToPMC = try required(ops.msr_idx_to_pmc, "msr_idx_to_pmc")
    rdpmcECXToPMC = try required(ops.rdpmc_ecx_to_pmc, "rdpmc_ecx_to_pmc")
    getMSR = try required(ops.get_msr, "get_msr")
    setMSR = try required(ops.set_msr, "set_msr")
    findArchEvent = try required(ops.find_arch_event, "find_arch_event")
    findFixedEvent = try required(ops.find_fixed_event, "find_fixed_event")
    checkRDPMCEarly = ops.check_rdpmc_early
    deliverPMI = ops.deliver_pmi
    cleanup = ops.cleanup
    marks = DeclaredMarks(declaration.ranges)
    self.context = context
    self.declaration = declaration
  }

  /// A copy that is never freed, as the plugin is never unloaded.
  func permanent() -> UnsafePointer<CallbackTable> {
    let size = MemoryLayout<CallbackTable>.size
    let memory = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 64)
    let table = memory.bindMemory(to: CallbackTable.self, capacity: 1)
    table.initialize(to: self)
    return UnsafePointer(table)
  }
}
