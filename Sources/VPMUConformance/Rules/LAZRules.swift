enum LAZRules {
  static let all: [Rule] = []
}
