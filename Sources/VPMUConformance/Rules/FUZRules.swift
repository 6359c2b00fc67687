enum FUZRules {
  static let all: [Rule] = []
}
