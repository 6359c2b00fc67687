import Testing

/// perf_event_open(2) is refused, as in a container: everything works on the simulated host, and says what to change.
struct RefusedPerfEventsTests {
  private func run(_ arguments: [String]) throws -> Command {
    try Command.run(arguments, refusingPerfEvents: true)
  }

  @Test("doctor names the seccomp profile")
  func doctor() throws {
    let command = try run(["doctor"])
    #expect(command.status == 0)
    #expect(command.output.contains("EPERM") && command.output.contains("seccomp"))
  }

  @Test("bench takes the simulated host, says why and what to change")
  func bench() throws {
    let command = try run(["bench", "--pmis", "20", "--usage", "one-gp"])
    #expect(command.status == 0, "\(command.errors)")
    #expect(command.output.contains("simulated"))
    #expect(command.output.contains("seccomp") || command.errors.contains("seccomp"))
  }

  @Test("bench on perf events is refused with what to change")
  func benchOnPerf() throws {
    let command = try run(["bench", "--host", "perf", "--pmis", "20"])
    #expect(command.status == 1)
    #expect(command.errors.contains("seccomp") && command.errors.contains("--host simulated"))
  }

  @Test("plugins and replay work")
  func others() throws {
    #expect(try run(["plugins"]).status == 0)
    let trace = Command.folder("Vectors").appending(path: "rule-intel-reuse.jsonl").path
    #expect(try run(["replay", trace]).status == 0)
  }
}
