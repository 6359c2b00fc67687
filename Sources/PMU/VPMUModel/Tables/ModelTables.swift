/// A model's tables: as declared, for tools, and in the forms that the core runs.
///
/// A constant, made once: keep it in a `static let`, and a copy of that in a stored property of the model.
public final class ModelTables: Sendable {
  public let declaration: ModelDeclaration
  public let registers: RegisterFile
  public let events: EventTable

  public init(_ declaration: ModelDeclaration) {
    self.declaration = declaration
    registers = RegisterFile(declaration.ranges)
    events = EventTable(
      declaration.events, fixed: declaration.fixedEvents, eventSelectMask: declaration.eventSelectMask)
  }
}
