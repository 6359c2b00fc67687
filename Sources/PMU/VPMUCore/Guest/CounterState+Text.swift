import VPMUModel

/// One sentence for each state, the same wherever a counter's state is shown.
extension CounterState: CustomStringConvertible {
  public var description: String {
    switch self {
    case .off: "off: the guest has not enabled it"
    case .filtered: "filtered: the event filter does not allow its event"
    case .pending: "pending: its change takes effect at the next entry"
    case .counting(.exact): "counts the guest's event"
    case .counting(.sameUnit): "counts the same in the same unit, at another rate"
    case .counting(.approximate): "counts something of the kind, at another place or by other rules"
    case .counting(.none): "counts an event that has no generic name"
    case .notCounting(let refusal): "does not count: \(refusal)"
    }
  }
}
