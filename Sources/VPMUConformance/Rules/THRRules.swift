enum THRRules {
  static let all: [Rule] = []
}
