import Glibc
import VPMUTrace

extension RuleResult {
  /// Writes the trace, if there is one, to `RULE.jsonl` in a directory, which is made if it does not exist.
  ///
  /// - Returns: the file's path, nil if there is no trace
  public func writeTrace(to directory: String) throws(TraceError) -> String? {
    guard let trace = verdict.violation?.trace else { return nil }
    guard mkdir(directory, 0o755) == 0 || errno == EEXIST else { throw .unwritable(file: directory, errno: errno) }
    let path = "\(directory)/\(rule.id).jsonl"
    try trace.write(to: path)
    return path
  }
}
