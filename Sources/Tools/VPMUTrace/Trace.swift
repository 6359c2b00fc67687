/// Traces: one guest's life as JSON Lines, read, written, recorded and replayed.
///
/// The first line configures a fresh virtual PMU; each further line is one operation with the answer that the guest
/// must see. A file of the same format comes out of a ``TraceRecorder``, and goes into a ``TraceReplayer``.
///
/// | file | idea |
/// |---|---|
/// | `JSONLine`, `Fields` | strict JSON of one line; its fields by name and type |
/// | `TraceParser`, `TraceText` | a line to its typed form and back, to the same bytes |
/// | `CompiledTrace` | steps as a flat array of small instructions |
/// | `TraceReplayer` | runs them on the simulated host and compares each answer |
/// | `ReplayReport` | many files: results for people and for programs |
public struct Trace: Sendable, Equatable {
  /// Where it came from, for messages: a path, or any name.
  public var file: String
  public var configuration: TraceConfiguration
  public var steps: [TraceStep]

  public init(file: String, configuration: TraceConfiguration, steps: [TraceStep]) {
    self.file = file
    self.configuration = configuration
    self.steps = steps
  }
}

/// One line after the first.
public struct TraceStep: Sendable, Equatable {
  /// Line number in the file, from 1; the first step is on line 2.
  public var line: Int
  public var operation: TraceOperation

  public init(line: Int, operation: TraceOperation) {
    self.line = line
    self.operation = operation
  }
}
