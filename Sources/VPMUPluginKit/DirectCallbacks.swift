import CVPMU
import VPMUModel

/// The callbacks of a guest's access for one type of model, to be called from C functions in the plugin's own source,
/// where the type is known and the compiler can fold the model into them:
///
/// ```swift
/// private typealias Direct = DirectCallbacks<AcmeModel>
///
/// let exported = PluginExport(AcmeModel()) { ops in
///   ops.get_msr = { Direct.getMSR($0, $1, $2, $3) }
/// }
/// ```
///
/// Only to be used in an export of a `Model`, and for speed: what they do is what the export's own callbacks do.
public enum DirectCallbacks<Model: PMUModel> {
  /// `context` of the callback.
  public typealias Context = UnsafeMutableRawPointer?

  /// `is_valid_msr`
  @inlinable
  public static func isValidMSR(_ context: Context, _ state: UnsafePointer<vpmu_state>, _ msr: UInt32) -> Bool {
    TypedTarget<Model>.direct(context) { $0.isValidMSR(MSRNumber(msr), PMUState(mutating: state)) }
  }

  /// `msr_idx_to_pmc`
  @inlinable
  public static func msrIndexToPMC(_ context: Context, _ state: UnsafePointer<vpmu_state>, _ msr: UInt32) -> Int32 {
    TypedTarget<Model>.direct(context) { $0.msrIndexToPMC(MSRNumber(msr), PMUState(mutating: state)) }.boundary
  }

  /// `rdpmc_ecx_to_pmc`
  @inlinable
  public static func rdpmcECXToPMC(_ context: Context, _ state: UnsafePointer<vpmu_state>, _ ecx: UInt32) -> Int32 {
    TypedTarget<Model>.direct(context) { $0.rdpmcECXToPMC(RDPMCSelector(ecx), PMUState(mutating: state)) }.boundary
  }

  /// `get_msr`
  @inlinable
  public static func getMSR(
    _ context: Context, _ state: UnsafePointer<vpmu_state>, _ msr: UInt32, _ flags: UInt32
  ) -> vpmu_answer {
    TypedTarget<Model>.direct(context) {
      $0.getMSR(MSRNumber(msr), origin: AccessOrigin(flags: flags), PMUState(mutating: state))
    }
  }

  /// `set_msr`
  @inlinable
  public static func setMSR(
    _ context: Context, _ state: UnsafeMutablePointer<vpmu_state>, _ msr: UInt32, _ value: UInt64, _ flags: UInt32
  ) -> vpmu_answer {
    TypedTarget<Model>.direct(context) {
      $0.setMSR(MSRNumber(msr), value, origin: AccessOrigin(flags: flags), state)
    }
  }
}
