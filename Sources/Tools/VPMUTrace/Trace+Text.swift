import TraceFormat

extension Trace {
  /// The whole file.
  public var text: String {
    var text = configuration.text + "\n"
    for step in steps { text += step.operation.text + "\n" }
    return text
  }
}
