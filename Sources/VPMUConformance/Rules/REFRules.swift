enum REFRules {
  static let all: [Rule] = []
}
