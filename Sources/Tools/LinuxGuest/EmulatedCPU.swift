/// Which of QEMU's CPUs goes with a model of this project: one of its vendor and family, since a guest's kernel chooses
/// its PMU driver and its events by them.
public enum EmulatedCPU {
  private struct Row {
    var prefix: String
    var name: String
  }

  /// By the start of a preset's name, the first that fits.
  ///
  /// | CPU | family |
  /// |---|---|
  /// | Skylake-Server | Intel, family 6 |
  /// | Opteron_G2 | AMD, family 0FH |
  /// | Opteron_G5 | AMD, family 15H |
  /// | EPYC-Genoa | AMD, family 19H |
  ///
  /// Without the two features added Linux 6.12 stops under emulation of Opteron_G5, where it sets up XSAVE.
  private static let rows = [
    Row(prefix: "intel-", name: "Skylake-Server"),
    Row(prefix: "amd-k7", name: "Opteron_G2"),
    Row(prefix: "amd-f15h", name: "Opteron_G5,+xsaveopt,+xgetbv1"),
    Row(prefix: "amd-v2", name: "EPYC-Genoa"),
  ]

  /// The value of QEMU's `-cpu`; nil if the model is of no vendor that QEMU has a CPU of. The local APIC's registers
  /// stay in memory (no x2APIC): that is where PMIs are delivered through.
  public static func option(forModel model: String) -> String? {
    rows.first { model.hasPrefix($0.prefix) }.map { "\($0.name),-x2apic" }
  }

  /// The models that have one, for messages.
  public static var choices: String { "intel-v1 to intel-v5, intel-v2-fullwidth, amd-k7, amd-f15h, amd-v2" }
}
