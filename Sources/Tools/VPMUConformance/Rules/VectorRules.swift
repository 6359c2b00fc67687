/// Recorded traces.
enum VectorRules {
  static let all: [Rule] = [
    Rule(
      "VPMU-VEC-001", "Each recorded trace of this plugin or of its CPUID vendors is answered as it was recorded.",
      reference: "docs/conformance.md, --vectors",
      consequence:
        "A guest gets other answers than on the processor, or the reference, that the trace was recorded on.",
      check: answersAsRecorded)
  ]
}
