import CVPMU
import VPMUModel

/// A plugin's callbacks, nil where its tables answer, with the tables.
@frozen @usableFromInline
struct CallbackTable {
  @usableFromInline typealias Context = UnsafeMutableRawPointer?
  @usableFromInline typealias State = UnsafeMutablePointer<vpmu_state>
  @usableFromInline typealias View = UnsafePointer<vpmu_state>
  @usableFromInline typealias Index = @convention(c) (Context, View, UInt32) -> Int32
  @usableFromInline typealias Change = @convention(c) (Context, State) -> Void

  @usableFromInline let context: Context
  @usableFromInline let setMSR: (@convention(c) (Context, State, UInt32, UInt64, UInt32) -> vpmu_answer)?
  @usableFromInline let getMSR: (@convention(c) (Context, View, UInt32, UInt32) -> vpmu_answer)?
  @usableFromInline let msrIndexToPMC: Index?
  @usableFromInline let isValidMSR: (@convention(c) (Context, View, UInt32) -> Bool)?
  @usableFromInline let rdpmcECXToPMC: Index?
  @usableFromInline let checkRDPMCEarly: (@convention(c) (Context, View, UInt32) -> vpmu_status)?
  @usableFromInline let findArchEvent: (@convention(c) (Context, View, UInt64) -> vpmu_event)?
  @usableFromInline let findFixedEvent: (@convention(c) (Context, View, UInt32) -> vpmu_event)?
  @usableFromInline let deliverPMI: Change?
  @usableFromInline let cleanup: Change?
  @usableFromInline let reset: Change?
  @usableFromInline let refresh:
    @convention(c) (Context, State, UnsafePointer<vpmu_guest_config>, UnsafePointer<vpmu_host_limits>) -> vpmu_status
  @usableFromInline let callbacks: ModelCallbacks
  @usableFromInline let tables: ModelTables

  /// - Throws: `missingCallback` if there is no `refresh`
  init(_ ops: vpmu_ops, context: Context, declaration: ModelDeclaration, path: String) throws(PluginLoadError) {
    guard let refresh = ops.refresh else { throw .missingCallback(path: path, name: "refresh") }
    self.refresh = refresh
    self.context = context
    setMSR = ops.set_msr
    getMSR = ops.get_msr
    msrIndexToPMC = ops.msr_idx_to_pmc
    isValidMSR = ops.is_valid_msr
    rdpmcECXToPMC = ops.rdpmc_ecx_to_pmc
    checkRDPMCEarly = ops.check_rdpmc_early
    findArchEvent = ops.find_arch_event
    findFixedEvent = ops.find_fixed_event
    deliverPMI = ops.deliver_pmi
    cleanup = ops.cleanup
    reset = ops.reset
    var callbacks: ModelCallbacks = []
    if setMSR != nil || getMSR != nil || msrIndexToPMC != nil || isValidMSR != nil { callbacks.insert(.registers) }
    if rdpmcECXToPMC != nil || checkRDPMCEarly != nil { callbacks.insert(.selectors) }
    if findArchEvent != nil || findFixedEvent != nil { callbacks.insert(.events) }
    self.callbacks = callbacks
    tables = ModelTables(declaration)
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
