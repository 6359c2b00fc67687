enum VECRules {
  static let all: [Rule] = []
}
