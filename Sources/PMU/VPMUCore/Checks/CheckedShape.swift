import CVPMU
import VPMUModel

/// Which counters exist and how wide they are: the core's own copy, taken when the shape that the model set has been
/// checked.
@frozen @usableFromInline
struct CheckedShape: BitwiseCopyable {
  /// Bit n for PMC index n.
  @usableFromInline var valid: UInt64 = 0
  /// 2^width - 1 of 1 to 63 bits, for each kind of which there are counters.
  @usableFromInline var gpMask: UInt64 = 0
  @usableFromInline var fixedMask: UInt64 = 0

  /// No counters.
  @usableFromInline
  init() {}

  @usableFromInline
  init(of state: PMUState) {
    valid = state.fields.all_valid
    gpMask = state.fields.gp_mask
    fixedMask = state.fields.fixed_mask
  }
}
