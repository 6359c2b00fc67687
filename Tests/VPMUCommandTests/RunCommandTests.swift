import Foundation
import KVMGuest
import Testing

/// Why no guest can run here; nil: one can.
private let obstacle = VirtualMachine.obstacle()

@Suite(.serialized) struct RunCommandTests {
  @Test(.enabled(if: obstacle == nil, "\(obstacle ?? "")"), arguments: ["intel-v2", "amd-v2", "amd-k7"])
  func `A guest runs, tells what it saw, and its trace replays`(_ model: String) throws {
    let trace = FileManager.default.temporaryDirectory.appending(path: "vpmu-run-\(UUID().uuidString).jsonl").path
    defer { try? FileManager.default.removeItem(atPath: trace) }
    let run = try Command.run(["run", "--model", model, "--trace", trace, "--pmis", "4"])
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.lines.first?.hasPrefix("guest      \(model)") == true)
    #expect(run.lines.contains { $0.hasPrefix("host       ") })
    #expect(run.lines.contains { $0.hasPrefix("sampling   ") && !$0.contains(" 0 PMIs") })
    let isTime = run.lines.contains { $0.hasPrefix("host       software clock") }
    let counts = run.lines.filter { $0.hasPrefix("counting   ") }
    #expect(!counts.isEmpty && counts.allSatisfy { $0.contains(" ns of the clock") == isTime }, "\(counts)")
    let replay = try Command.run(["replay", trace])
    #expect(replay.status == 0)
    #expect(replay.lines.last?.hasSuffix("0 mismatches") == true)
  }

  @Test(.enabled(if: obstacle == nil, "\(obstacle ?? "")"))
  func `It runs without perf_event_open too`() throws {
    let run = try Command.run(["run", "--model", "intel-v2"], refusingPerfEvents: true)
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.output.contains("host       simulated"))
    #expect(run.output.contains("make 400000, the guest read 400000"))
  }

  @Test(.enabled(if: obstacle == nil, "\(obstacle ?? "")"))
  func `A model that there is not is a word of the call that is off`() throws {
    #expect(try Command.run(["run", "--model", "pdp-11"]).status == 64)
  }

  @Test func `So is a number of interrupts that is out of its range`() throws {
    #expect(try Command.run(["run", "--pmis", "0"]).status == 64)
  }

  @Test(.enabled(if: obstacle != nil, "a guest can run here"))
  func `Where no guest can run, it says why`() throws {
    let run = try Command.run(["run"])
    #expect(run.status != 0 && run.output.isEmpty)
    #expect(run.errors.contains(try #require(obstacle)), "\(run.errors)")
  }

  @Test(.enabled(if: obstacle == nil, "\(obstacle ?? "")"), arguments: [5, 20, 40, 80, 160, 320])
  func `Killed at any moment, it leaves nothing behind`(_ milliseconds: Int) throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "vpmu-kill-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let process = Process()
    process.executableURL = Command.directory.appending(path: "vpmu")
    process.arguments = ["run", "--model", "amd-v2", "--pmis", "100000", "--trace", folder.appending(path: "t").path]
    process.environment = ["TMPDIR": folder.path]
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    let pid = process.processIdentifier
    Thread.sleep(forTimeInterval: Double(milliseconds) / 1000)
    #expect(process.isRunning)
    kill(pid, SIGKILL)
    process.waitUntilExit()
    #expect(process.terminationReason == .uncaughtSignal)
    // The process with its threads, the VM in it and its timers end together; a KVM that still ran it would keep the
    // process.
    #expect(!FileManager.default.fileExists(atPath: "/proc/\(pid)"))
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).allSatisfy { $0 == "t" })
    let next = try Command.run(["run", "--model", "amd-v2", "--pmis", "1"])
    #expect(next.status == 0, "\(next.errors)")
  }
}
