import Glibc
import VPMUCore
import VPMUModel
import VPMULoader
import VPMUTrace

/// Recorded traces, replayed.
extension VectorRules {
  static func answersAsRecorded(_ subject: Subject) throws(Finding) {
    guard let directory = subject.vectors else { throw .notApplicable("no directory of recorded traces was given") }
    let declaration = try subject.declaration
    let vendors = [declaration.name] + declaration.cpuidVendors
    var replayed = 0
    var unreadable: TraceError?
    for path in try traces(in: directory) {
      do {
        let trace = try Trace(contentsOf: path)
        guard vendors.contains(trace.configuration.vendor) else { continue }
        replayed += 1
        if let finding = try replay(trace, subject) { throw finding }
      } catch let error as TraceError {
        unreadable = unreadable ?? error
      } catch let finding as Finding {
        throw finding
      } catch {
        throw .notApplicable("\(path): \(error)")
      }
    }
    // An unreadable trace may be one of this plugin: passing would claim too much.
    if let unreadable { throw .notApplicable("\(unreadable)") }
    let names = vendors.map { "\"\($0)\"" }.joined(separator: " or ")
    if replayed == 0 { throw .notApplicable("no trace in \(directory) has the vendor \(names)") }
  }

  /// The trace up to the first answer that differs, if one does.
  private static func replay(_ trace: Trace, _ subject: Subject) throws(Finding) -> Finding? {
    var log = MismatchLog(keeping: 1)
    do {
      try TraceReplayer(CompiledTrace(trace), model: subject.model, policy: Reuse()).replay(&log)
    } catch let finding as Finding {
      throw finding
    } catch {
      return .violated("\(trace.file): \(error)")
    }
    guard let first = log.first.first else { return nil }
    var prefix = trace
    prefix.steps = trace.steps.filter { $0.line <= first.line }
    let more = log.count > 1 ? ", and \(log.count - 1) more" : ""
    return .violated("\(first)\(more)", trace: prefix)
  }

  /// The files `*.jsonl`, sorted by name.
  private static func traces(in directory: String) throws(Finding) -> [String] {
    guard let names = names(inDirectory: directory) else {
      throw .notApplicable("the directory \(directory) can't be read: \(String(cString: strerror(errno)))")
    }
    return names.filter { $0.hasSuffix(".jsonl") }.map { "\(directory)/\($0)" }.sorted()
  }
}
