enum PMCRules {
  static let all: [Rule] = []
}
