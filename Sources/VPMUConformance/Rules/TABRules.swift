import CVPMU
import VPMULoader
import VPMUModel

enum TABRules {
  static let all: [Rule] = [
    Rule(
      "VPMU-TAB-001", "The loader takes the plugin and its tables.",
      reference: "vpmu_plugin.h, What a plugin declares",
      consequence: "No program can use the plugin.", check: isTaken),
    Rule(
      "VPMU-TAB-002", "refresh accepts each preset, and makes at least one counter of it.",
      reference: "vpmu_plugin.h, vpmu_model_info and refresh",
      consequence: "A virtual CPU with that preset can't be made, or has no PMU.", check: presetsWork),
  ]

  static func isTaken(_ subject: Subject) throws(Finding) {
    if let refusal = subject.refusal { throw .violated("the plugin \(refusal.reason)") }
  }

  static func presetsWork(_ subject: Subject) throws(Finding) {
    for preset in try subject.presets {
      let guest = try TracedGuest(subject, preset, "a virtual CPU is made")
      if guest.state.all_valid == 0 { throw .violated("refresh set all_valid to 0", model: preset.name) }
    }
  }
}
