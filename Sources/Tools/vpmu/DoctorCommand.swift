import ArgumentParser
import PerfEventHost
import VPMUTrace

struct DoctorCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor", abstract: "Show what this machine can count, and what to change where it falls short.")

  @Flag(help: "Write one JSON object.")
  var json = false

  func run() {
    let report = DoctorReport(HostProbe.run())
    Output.result(json ? report.json : report.text)
  }
}

extension DoctorReport {
  /// `best_host`, `reason`, and `findings` with `name`, `value`, `verdict` and, where there is one, `advice`.
  fileprivate var json: String {
    var report = JSONWriter()
    report.string("best_host", bestHost.rawValue)
    report.string("reason", reason)
    report.objects(
      "findings",
      findings.map { finding in
        var object = JSONWriter()
        object.string("name", finding.name)
        object.string("value", finding.value)
        object.string("verdict", finding.verdict.rawValue)
        if let advice = finding.advice { object.string("advice", advice) }
        return object
      })
    return report.finished
  }
}
