import Foundation
import TestSupport
import Testing

/// The C face as a caller in another language has it: by `Examples/python/vpmu.py`.
@Suite(
  "libvpmu, called from Python",
  .enabled(if: BuiltLibraries.areBuilt, "the first build takes minutes: tested in release only"),
  .enabled(if: Python.isThere, "python3 is missing or older than 3.10: apt-get install python3"))
struct PythonTests {
  private static let folder = BuiltLibraries.repository.appending(path: "Tests/LibVPMUTests/Python")
  private static let examples = BuiltLibraries.repository.appending(path: "Examples/python")

  private func python(_ words: [String], limit: Double = 300) throws -> Program {
    try Program.run(
      ["python3"] + words,
      environment: [
        "LIBVPMU": try BuiltLibraries.library("libvpmu.so.1").path, "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONPATH": Self.examples.path,
      ], in: Self.folder, limit: limit)
  }

  @Test("does what vpmu.h says", arguments: ["test_errors", "test_pmu", "test_saving"])
  func unittests(module: String) throws {
    let program = try python(["-m", "unittest", "-b", module])
    #expect(program.status == 0, "\(program.output)\n\(program.errors)")
    let count = program.errors.firstMatch(of: /Ran ([0-9]+) tests/).flatMap { Int($0.1) }
    #expect(count ?? 0 >= 10, "\(program.errors)")
  }

  @Test(
    "answers each recorded trace as it was recorded, with each kind of host",
    arguments: ["recreate", "reuse-keep", "reuse", "adaptive"], ["reported", "callbacks"])
  func vectors(policy: String, host: String) throws {
    let vectors = BuiltLibraries.repository.appending(path: "Tests/Vectors")
    let files = try FileManager.default.contentsOfDirectory(atPath: vectors.path).filter { $0.hasSuffix(".jsonl") }
    let program = try python(
      [Self.examples.appending(path: "replay.py").path, "--policy", policy, "--host", host]
        + files.sorted().map { vectors.appending(path: $0).path })
    #expect(program.status == 0, "\(program.output)\n\(program.errors)")
    let replayed = program.output.firstMatch(of: /([0-9]+) files, [0-9]+ operations, 0 mismatches, ([0-9]+) skipped/)
    let numbers = try #require(replayed, "\(program.output)")
    #expect(Int(numbers.1)! + Int(numbers.2)! == files.count)
    // Only a host of the embedder's own can refuse events, as some traces have it.
    #expect(host == "reported" ? Int(numbers.1)! > 80 : Int(numbers.2) == 0)
  }

  @Test("writes a trace that vpmu replay answers without a mismatch")
  func trace() throws {
    let folder = try TemporaryFolder()
    let program = try python(["record_trace.py", folder.path("run.jsonl")])
    #expect(program.status == 0, "\(program.errors)")
    let replay = try Program.vpmu(["replay", folder.path("run.jsonl")])
    #expect(replay.status == 0, "\(replay.output)\(replay.errors)")
    #expect(replay.output.contains(" 0 mismatches"), "\(replay.output)")
  }

  @Test(
    "counts a loop in the Unicorn emulator exactly",
    .enabled(if: Python.hasUnicorn, "the Python package unicorn is missing: python3 -m pip install unicorn"))
  func unicorn() throws {
    let program = try python([Self.examples.appending(path: "unicorn_loop.py").path])
    #expect(program.status == 0, "\(program.output)\(program.errors)")
    #expect(program.output.contains("24692 instructions"))
  }
}
