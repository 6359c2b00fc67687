import Foundation
import Testing
import VPMUConformance

/// What a rule's process may do, played by a shell: its first word is the rule, and descriptor 3 takes the judgement.
@Suite("The process of a rule")
struct RunnerTests {
  private static let passes = #"echo '{"judgement":"passed"}' >&3"#

  /// Runs a script for each selected rule and what it stands on.
  private func run(
    _ script: String, only: Set<String> = ["VPMU-ABI-001"], _ change: (inout RunOptions) -> Void = { _ in }
  ) throws -> [RuleResult] {
    var options = RunOptions(path: "a plugin")
    options.selection = only
    change(&options)
    return try RuleRunner(command: ["/bin/sh", "-c", script, "sh"], options: options).run()
  }

  @Test(
    "is judged by how it ends and what it says",
    arguments: [
      (passes, "passed", nil),
      (#"echo '{"judgement":"violated","message":"m","model":"x"}' >&3"#, "failed", "x: m"),
      (#"echo '{"judgement":"not applicable","message":"none"}' >&3"#, "skipped", "none"),
      ("exit 0", "crashed", "the process ended with exit code 0 before the rule was judged"),
      ("echo now what; exit 3", "crashed", "it said: now what"), ("kill -SEGV $$", "crashed", "SIGSEGV"),
      (passes + "; " + passes, "crashed", "descriptor 3"),
      (passes + "; kill -ABRT $$", "crashed", "SIGABRT"), ("echo nonsense >&3", "crashed", "exit code 0"),
      (#"echo '{"judgement":"violated","message":"m","trace":"no trace"}' >&3"#, "crashed", "exit code 0"),
    ] as [(String, String, String?)])
  func verdicts(script: String, verdict: String, message: String?) throws {
    let result = try #require(try run(script).first)
    #expect(result.verdict.word == verdict)
    #expect(message.map { result.verdict.message?.contains($0) ?? false } ?? (result.verdict.message == nil))
  }

  @Test("is told the rule, and inherits no pipe of the runner but its three")
  func words() throws {
    // The runner's own ends are 16 and more; what else is there was this process's before, for every child.
    let inherited = (16..<1024 as Range<Int32>).filter { descriptor in
      let flags = fcntl(descriptor, F_GETFD)
      return flags >= 0 && flags & FD_CLOEXEC == 0
    }
    let script = #"""
      others=$(ls /proc/self/fd | grep -cE '^(1[6-9]|[2-9].|[0-9]{3})$')
      echo "{\"judgement\":\"not applicable\",\"message\":\"$1, $2, $#, $others\"}" >&3
      """#
    let results = try run(script, only: ["VPMU-ABI-002"])
    #expect(
      results.map(\.verdict)
        == ["VPMU-ABI-001", "VPMU-ABI-002"].map {
          .skipped("\($0), a plugin, 6, \(inherited.count)")
        })
  }

  @Test("is ended at the time limit", .timeLimit(.minutes(1)))
  func hangs() throws {
    for script in ["sleep 1000", "exec 1>&- 2>&- 3>&-; sleep 1000", "while :; do :; done"] {
      let result = try #require(try run(script) { $0.timeLimit = 0.3 }.first)
      #expect(result.verdict == .timedOut(seconds: 0.3))
      #expect(result.verdict.isFailure)
    }
  }

  @Test(
    "ends by itself, should nobody be there to end it",
    .enabled(if: CCompiler.path != nil, "\(CCompiler.isMissing)"))
  func endsByItself() throws {
    let judge = Judge.Program.conformanceJudge.command
    for hang in ["MUTANT_VPMU_ABI_005_HANGS", "MUTANT_VPMU_ABI_005_SLEEPS_HANGS"] {
      let plugin = try Mutant(macro: hang).library()
      let words = judge + ["VPMU-ABI-005", plugin, "", "1", "", "1"]
      let script = words.map { "'\($0)'" }.joined(separator: " ") + " 3>/dev/null; echo $?"
      let file = CCompiler.directory.appending(path: UUID().uuidString).path
      #expect(CCompiler.wait(CCompiler.start(["/bin/sh", "-c", script], output: file, errors: "/dev/null")) == 0)
      // 128 and the signal: SIGXCPU or SIGALRM.
      let code = try String(contentsOfFile: file, encoding: .utf8).trimmingCharacters(in: .newlines)
      #expect(["152", "142"].contains(code), "\(hang): \(code)")
    }
  }

  @Test("may print without end: nobody waits for it, and little is kept", .timeLimit(.minutes(1)))
  func floods() throws {
    #expect(try run("head -c 20000000 /dev/zero; " + Self.passes).first?.verdict == .passed)
    let result = try #require(try run("cat /dev/zero") { $0.timeLimit = 0.3 }.first)
    #expect(result.verdict == .timedOut(seconds: 0.3))
  }

  @Test("leaves nothing behind: no process, no zombie, no descriptor", .timeLimit(.minutes(1)))
  func leavesNothing() throws {
    let file = CCompiler.directory.appending(path: "child").path
    let before = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count
    let results = try run("sleep 1000 & echo $! > \(file); " + Self.passes)
    #expect(results.first?.verdict == .passed)
    #expect(try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count == before)
    #expect(waitpid(-1, nil, WNOHANG) == -1 && errno == ECHILD)
    let child = try String(contentsOfFile: file, encoding: .utf8).trimmingCharacters(in: .whitespacesAndNewlines)
    // Dead, and taken away by whoever adopts orphans, or still waiting for that. The signal takes a moment.
    while let status = try? String(contentsOfFile: "/proc/\(child)/stat", encoding: .utf8), !status.contains(") Z ") {
      usleep(1000)
    }
  }

  @Test("is not started when a rule that it stands on did not pass, which the verdict names")
  func prerequisites() throws {
    let fails = #"echo '{"judgement":"violated","message":"m"}' >&3"#
    let script = "case $1 in VPMU-ABI-002) \(fails);; *) \(Self.passes);; esac"
    let results = try run(script, only: ["VPMU-ABI-004", "VPMU-ABI-018"]) { $0.width = 3 }
    #expect(
      results.map { "\($0.rule.id) \($0.verdict.word)" } == [
        "VPMU-ABI-001 passed", "VPMU-ABI-002 failed", "VPMU-ABI-003 skipped", "VPMU-ABI-004 skipped",
        "VPMU-ABI-018 passed",
      ])
    #expect(results[3].verdict.message == "VPMU-ABI-002 failed")
  }

  @Test("shows its verdict in the order of the book, whichever is judged first")
  func order() throws {
    let script = "case $1 in VPMU-ABI-012) sleep 0.2;; esac; " + Self.passes
    let results = try run(script, only: ["VPMU-ABI-012", "VPMU-ABI-013", "VPMU-ABI-014"]) { $0.width = 3 }
    #expect(results.map(\.rule.id) == RuleBook.all.map(\.id).filter(Set(results.map(\.rule.id)).contains))
    #expect(results.allSatisfy { $0.verdict == .passed })
  }

  @Test("is not started, or is ended, after the first failure if only that is asked for", .timeLimit(.minutes(1)))
  func stops() throws {
    let script = "case $1 in VPMU-ABI-001) kill -SEGV $$;; *) sleep 1000;; esac"
    let results = try run(script, only: Set(RuleBook.all.map(\.id))) {
      $0.width = 2
      $0.stopsAtFirstFailure = true
    }
    #expect(results.map(\.rule.id) == ["VPMU-ABI-001"])
    #expect(waitpid(-1, nil, WNOHANG) == -1 && errno == ECHILD)
  }

  @Test("is an error of the call, not of the plugin, where it can't be started or says so")
  func errors() throws {
    #expect(throws: RunError.notStarted(program: "/nowhere", errno: ENOENT)) {
      try RuleRunner(command: ["/nowhere"], options: RunOptions(path: "p")).run()
    }
    #expect(throws: RunError.notTheProgram("VPMU-ABI-001")) { try run("exit 64") }
    #expect(throws: RunError.unknownModel("x", available: ["a", "b"])) {
      try run(#"echo '{"judgement":"unknown model","message":"a, b","model":"x"}' >&3"#)
    }
  }
}
