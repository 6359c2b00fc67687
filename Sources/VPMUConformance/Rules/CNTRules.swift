enum CNTRules {
  static let all: [Rule] = []
}
