/// What a bench tells people while it runs.
public enum BenchProgress: Sendable {
  /// Something worth keeping: the host and why, the events.
  case note(String)
  /// What is measured now.
  case turn(round: Int, of: Int, String)
}
