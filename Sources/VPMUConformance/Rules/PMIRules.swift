enum PMIRules {
  static let all: [Rule] = []
}
