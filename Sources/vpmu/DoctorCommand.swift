import ArgumentParser
import PerfEventHost

struct DoctorCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor", abstract: "Show what this machine can count, and what to change where it falls short.")

  @Flag(help: "Write JSON Lines.")
  var json = false

  func run() {
    let report = DoctorReport(HostProbe.run())
    Output.result(json ? report.json : report.text)
  }
}
