/// What made a host event be created.
public enum CreationCause: Int, CaseIterable, Sendable {
  /// The guest wrote an event select or a fixed counter's control.
  case selectorWrite
  /// The guest started all counters by global control.
  case globalControl
  /// The guest put another set of events on its counters.
  case rotation
  /// A counter overflowed and is to get its next period.
  case overflow
  /// The host had refused the event before.
  case retry

  /// In reports.
  public var name: String {
    switch self {
    case .selectorWrite: "selector_write"
    case .globalControl: "global_control"
    case .rotation: "rotation"
    case .overflow: "overflow"
    case .retry: "retry"
    }
  }
}

/// Creations by their cause.
public struct CreationCauses: Sendable, Equatable {
  var selectorWrite: UInt64 = 0
  var globalControl: UInt64 = 0
  var rotation: UInt64 = 0
  var overflow: UInt64 = 0
  var retry: UInt64 = 0

  public init() {}

  public subscript(cause: CreationCause) -> UInt64 {
    switch cause {
    case .selectorWrite: selectorWrite
    case .globalControl: globalControl
    case .rotation: rotation
    case .overflow: overflow
    case .retry: retry
    }
  }

  mutating func add(_ count: UInt64, _ cause: CreationCause) {
    switch cause {
    case .selectorWrite: selectorWrite &+= count
    case .globalControl: globalControl &+= count
    case .rotation: rotation &+= count
    case .overflow: overflow &+= count
    case .retry: retry &+= count
    }
  }

  mutating func add(_ other: CreationCauses) {
    for cause in CreationCause.allCases { add(other[cause], cause) }
  }
}
