/// Reads and writes of registers, by their declared roles and traits.
enum MSRRules {
  static let all: [Rule] =
    claims + globalControl + eventSelects + fixedControl + requests + counters + globalStatus + hostAccess
    + constants
}
