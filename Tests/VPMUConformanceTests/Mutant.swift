import Foundation
import Testing

/// The plugin of `Mutants/`, conforming or broken in one way.
struct Mutant: Sendable, CustomTestStringConvertible {
  /// The macro that is defined for the compiler; nil: the conforming plugin.
  let macro: String?

  static let base = Mutant(macro: nil)

  /// Every mutant whose macro is in the sources, by name.
  static let all: [Mutant] = {
    let files = (try? FileManager.default.contentsOfDirectory(at: sources, includingPropertiesForKeys: nil)) ?? []
    let text = files.compactMap { try? String(contentsOf: $0, encoding: .utf8) }.joined()
    let names = Set(text.matches(of: /MUTANT_VPMU_[A-Z]{3}_[0-9]{3}(_[A-Z]+)*/).map { String($0.output.0) })
    return names.sorted().map { Mutant(macro: $0) }
  }()

  /// The rule that it breaks: `VPMU-MSR-001` for `MUTANT_VPMU_MSR_001_CRASHES`.
  var rule: String {
    (macro ?? "").split(separator: "_").dropFirst().prefix(3).joined(separator: "-")
  }

  /// The verdict on that rule.
  var expectedVerdict: String {
    if macro?.hasSuffix("_CRASHES") ?? false { return "crashed" }
    return macro?.hasSuffix("_HANGS") ?? false ? "timed out" : "failed"
  }

  var testDescription: String { macro ?? "the conforming plugin" }

  /// The built library. All are built at the first use, two at a time.
  func library() throws -> String { try CCompiler.built.get()[macro ?? ""]?.get() ?? "" }

  static let sources = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Mutants")
}
