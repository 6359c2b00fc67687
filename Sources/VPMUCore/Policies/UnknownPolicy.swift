/// A policy name that is none.
public struct UnknownPolicy: Error, Equatable, Sendable {
  public let name: String
}

extension UnknownPolicy: CustomStringConvertible {
  public var description: String {
    "unknown policy \(name.debugDescription): use one of "
      + PolicyKind.allCases.map(\.rawValue).joined(separator: ", ")
  }
}

extension PolicyKind {
  /// The policy of that name.
  public init(named name: String) throws(UnknownPolicy) {
    guard let kind = PolicyKind(rawValue: name) else { throw UnknownPolicy(name: name) }
    self = kind
  }
}
