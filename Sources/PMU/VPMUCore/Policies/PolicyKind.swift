/// The policies by name, for command lines and reports.
public enum PolicyKind: String, CaseIterable, Sendable {
  case recreate
  case reuseKeep = "reuse-keep"
  case reuse
  case adaptive

  /// What code does that is generic over the policy, so that each one has its own specialised form.
  public protocol Visitor {
    associatedtype Result
    associatedtype Failure: Error
    func visit<Policy: EventPolicy>(_ policy: Policy) throws(Failure) -> Result
  }

  /// Calls `visitor` with the policy of this name.
  @inlinable
  public func accept<V: Visitor>(_ visitor: V) throws(V.Failure) -> V.Result {
    switch self {
    case .recreate: try visitor.visit(Recreate())
    case .reuseKeep: try visitor.visit(ReuseKeep())
    case .reuse: try visitor.visit(Reuse())
    case .adaptive: try visitor.visit(Adaptive())
    }
  }
}
