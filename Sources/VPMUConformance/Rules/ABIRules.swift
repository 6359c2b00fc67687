import CVPMU
import VPMULoader

enum ABIRules {
  static let all: [Rule] = [
    Rule(
      "VPMU-ABI-001", "The plugin is a file, an x86-64 ELF shared library.",
      reference: "System V ABI, AMD64 supplement, 4.1",
      consequence: "It can't be loaded, or is taken for something else.", check: isSharedLibrary)
  ]

  static func isSharedLibrary(_ subject: Subject) throws(Finding) {
    do {
      _ = try PluginFile(path: subject.path)
    } catch {
      throw .violated(error.reason)
    }
  }
}
