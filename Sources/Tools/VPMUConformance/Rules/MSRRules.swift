/// What reading and writing a register does, by its declared role and traits.
enum MSRRules {
  static let all: [Rule] =
    claims + globalControl + eventSelects + fixedControl + requests + counters + globalStatus + hostAccess
}
