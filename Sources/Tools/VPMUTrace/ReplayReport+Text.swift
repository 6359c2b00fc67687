extension ReplayReport {
  /// For people: mismatches, what was not compared, and the sum as the last line. Why files could not be replayed is
  /// said by ``FileReplay/failure``.
  public var text: String {
    var lines: [String] = []
    for file in files { lines += file.lines }
    if notCompared > 0 {
      lines.append(
        "\(notCompared) answers not compared: they are those of the policy reuse, this was \(policy.rawValue)")
    }
    if failures > 0 { lines.append("\(failures) not replayed") }
    lines.append(summary)
    return lines.joined(separator: "\n")
  }

  /// `N files, M operations, K mismatches`: files that were replayed, their steps, and fields that differ.
  public var summary: String { "\(replayed) files, \(operations) operations, \(mismatches) mismatches" }

  /// For programs, JSON Lines: an object with `mismatch` for each mismatch, one with `file` for each file, and one with
  /// `files` at the end.
  public var jsonLines: String {
    var lines: [String] = []
    for file in files {
      lines += file.mismatches.first.map(\.json)
      var line = JSONWriter()
      line.string("file", file.file)
      line.string("policy", policy.rawValue)
      line.count("operations", file.operations)
      line.count("not_compared", file.notCompared)
      line.count("mismatches", file.mismatches.count)
      if let faults = file.pluginFaults { line.string("plugin_faults", faults) }
      if let failure = file.failure { line.string("failure", failure) }
      lines.append(line.finished)
    }
    var line = JSONWriter()
    line.count("files", replayed)
    line.string("policy", policy.rawValue)
    line.count("operations", operations)
    line.count("not_compared", notCompared)
    line.count("mismatches", mismatches)
    line.count("failures", failures)
    lines.append(line.finished)
    return lines.joined(separator: "\n")
  }
}

extension FileReplay {
  /// The mismatches of the file, and what its plugin did wrong.
  public var lines: [String] {
    var lines = mismatches.first.map(\.description)
    let more = mismatches.count &- UInt64(mismatches.first.count)
    if more > 0 { lines.append("\(file): \(more) more mismatches") }
    if let pluginFaults { lines.append("\(file): \(pluginFaults)") }
    return lines
  }
}

extension ReplayMismatch {
  /// One JSON object.
  var json: String {
    var line = JSONWriter()
    line.string("mismatch", "\(file):\(self.line)")
    line.string("file", file)
    line.count("line", self.line)
    line.string("op", operation)
    line.string("field", field)
    line.string("expected", expected)
    line.string("got", got)
    return line.finished
  }
}
