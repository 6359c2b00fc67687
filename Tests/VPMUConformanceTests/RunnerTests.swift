import Foundation
import Testing
import VPMUConformance

/// A rule's process, played by a shell: its first argument is the rule, descriptor 3 takes the judgement, and
/// descriptor 4 holds the record of calls.
@Suite("The process of a rule")
struct RunnerTests {
  private static let passes = #"echo '{"judgement":"passed"}' >&3"#

  /// The first call of the record: get_msr of MSR 0x186 by the guest, with SIGSEGV.
  private static let crashesInGetMSR =
    #"printf '\006\000\000\000\013\000\000\000\206\001\000\000' >&4; kill -SEGV $$"#

  /// Runs a script for each selected rule and its prerequisites.
  private func run(
    _ script: String, only: Set<String> = ["VPMU-ABI-001"], _ change: (inout RunOptions) -> Void = { _ in }
  ) throws -> [RuleResult] {
    var options = RunOptions(path: "a plugin")
    options.selection = only
    change(&options)
    return try RuleRunner(command: ["/bin/sh", "-c", script, "sh"], options: options).run()
  }

  @Test(
    "The end of a rule's process and its judgement decide the verdict",
    arguments: [
      (passes, "passed", nil),
      (#"echo '{"judgement":"violated","message":"m","model":"x"}' >&3"#, "failed", "x: m"),
      (#"echo '{"judgement":"not applicable","message":"none"}' >&3"#, "skipped", "none"),
      ("exit 0", "crashed", "the process ended with exit code 0 before the rule was judged"),
      ("echo now what; exit 3", "crashed", "the last line of its output: now what"),
      ("kill -SEGV $$", "crashed", "SIGSEGV"),
      (crashesInGetMSR, "crashed", "get_msr crashed (SIGSEGV) when asked for MSR 0x186, by the guest"),
      (
        #"printf '\007' >&4; exit 7"#, "crashed",
        "set_msr ended the process (exit code 7) when asked to write 0x0 to MSR 0x0, by the guest"
      ),
      (#"printf '\377' >&4; kill -SEGV $$"#, "crashed", "SIGSEGV"),
      (passes + "; " + passes, "crashed", "descriptor 3"),
      (passes + "; kill -ABRT $$", "crashed", "SIGABRT"), ("echo nonsense >&3", "crashed", "exit code 0"),
      (#"echo '{"judgement":"violated","message":"m","trace":"no trace"}' >&3"#, "crashed", "exit code 0"),
    ] as [(String, String, String?)])
  func verdicts(script: String, verdict: String, message: String?) throws {
    let result = try #require(try run(script).first)
    #expect(result.verdict.word == verdict)
    #expect(message.map { result.verdict.message?.contains($0) ?? false } ?? (result.verdict.message == nil))
  }

  @Test("A rule's process gets the rule as its first argument, and inherits no descriptor of the runner but its own")
  func words() throws {
    // The runner's own ends are 16 and more; others were open in this process before, for every child.
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

  @Test("A rule's process is ended at the time limit", .timeLimit(.minutes(1)))
  func hangs() throws {
    for script in ["sleep 1000", "exec 1>&- 2>&- 3>&-; sleep 1000", "while :; do :; done"] {
      let result = try #require(try run(script) { $0.timeLimit = 0.3 }.first)
      #expect(result.verdict == .timedOut(seconds: 0.3))
      #expect(result.verdict.isFailure)
    }
  }

  @Test("A time-out names the callback that was being executed", .timeLimit(.minutes(1)))
  func hangsInCallback() throws {
    let result = try #require(try run(#"printf '\002' >&4; sleep 1000"#) { $0.timeLimit = 0.3 }.first)
    #expect(result.verdict == .timedOut(seconds: 0.3, during: "reset"))
    #expect(result.verdict.message == "no verdict after 0.3 s; the last call: reset")
  }

  @Test("A crash in one callback is reported once, and the other rules in which it crashes are not judged")
  func crashesOnce() throws {
    let only: Set = ["VPMU-ABI-012", "VPMU-ABI-013", "VPMU-ABI-014"]
    let script = "case $1 in VPMU-ABI-01[34]) \(Self.crashesInGetMSR);; *) \(Self.passes);; esac"
    for width in [1, 3] {
      let results = try run(script, only: only) { $0.width = width }.suffix(3)
      #expect(results.map(\.verdict.word) == ["passed", "crashed", "not judged"])
      #expect(results.last?.verdict == .notJudged(.crashedAs(rule: "VPMU-ABI-013", callback: "get_msr")))
      #expect(results.last?.json().contains(#""callback":"get_msr","crashed_as":"VPMU-ABI-013""#) ?? false)
      let report = ConformanceReport(Array(results))
      #expect(
        report.linesOfNotJudged
          == ["1 rule in which get_msr crashed, as in VPMU-ABI-013, was not judged: VPMU-ABI-014"])
      #expect(!report.conforms)
    }
  }

  @Test(
    "A rule's process ends by itself at its own limit, should the runner have died",
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

  @Test("Endless output of a rule's process neither stops it nor fills memory", .timeLimit(.minutes(1)))
  func floods() throws {
    #expect(try run("head -c 20000000 /dev/zero; " + Self.passes).first?.verdict == .passed)
    let result = try #require(try run("cat /dev/zero") { $0.timeLimit = 0.3 }.first)
    #expect(result.verdict == .timedOut(seconds: 0.3))
  }

  @Test("A run leaves no process, no zombie and no descriptor behind", .timeLimit(.minutes(1)))
  func leavesNothing() throws {
    let file = CCompiler.directory.appending(path: "child").path
    let before = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count
    let results = try run("sleep 1000 & echo $! > \(file); " + Self.passes)
    #expect(results.first?.verdict == .passed)
    #expect(try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count == before)
    #expect(waitpid(-1, nil, WNOHANG) == -1 && errno == ECHILD)
    let child = try String(contentsOfFile: file, encoding: .utf8).trimmingCharacters(in: .whitespacesAndNewlines)
    // Dead, and reaped by the process that adopts orphans, or a zombie until then. The signal takes a moment.
    while let status = try? String(contentsOfFile: "/proc/\(child)/stat", encoding: .utf8), !status.contains(") Z ") {
      usleep(1000)
    }
  }

  @Test("A rule that stands on one that failed is not judged, and its verdict names the one that failed")
  func prerequisites() throws {
    let fails = #"echo '{"judgement":"violated","message":"m"}' >&3"#
    let script = "case $1 in VPMU-ABI-002) \(fails);; *) \(Self.passes);; esac"
    let results = try run(script, only: ["VPMU-ABI-004", "VPMU-ABI-018"]) { $0.width = 3 }
    #expect(
      results.map { "\($0.rule.id) \($0.verdict.word)" } == [
        "VPMU-ABI-001 passed", "VPMU-ABI-002 failed", "VPMU-ABI-003 not judged", "VPMU-ABI-004 not judged",
        "VPMU-ABI-018 passed",
      ])
    #expect(results[3].verdict == .notJudged(.standsOn("VPMU-ABI-002")))
    #expect(results[3].verdict.message == "it stands on VPMU-ABI-002, which failed")
    let report = ConformanceReport(results)
    #expect(
      report.linesOfNotJudged == ["2 rules that stand on VPMU-ABI-002 were not judged: VPMU-ABI-003 to 004"])
    #expect(report.summary == "5 rules: 2 passed, 1 failed, 0 warnings, 0 skipped, 2 not judged")
    #expect(!report.conforms)
  }

  @Test("Results come in the order of the rule book, whichever rule is judged first")
  func order() throws {
    let script = "case $1 in VPMU-ABI-012) sleep 0.2;; esac; " + Self.passes
    let results = try run(script, only: ["VPMU-ABI-012", "VPMU-ABI-013", "VPMU-ABI-014"]) { $0.width = 3 }
    #expect(results.map(\.rule.id) == RuleBook.all.map(\.id).filter(Set(results.map(\.rule.id)).contains))
    #expect(results.allSatisfy { $0.verdict == .passed })
  }

  @Test("A run that stops at the first failure ends the processes of later rules", .timeLimit(.minutes(1)))
  func stops() throws {
    let script = "case $1 in VPMU-ABI-001) kill -SEGV $$;; *) sleep 1000;; esac"
    let results = try run(script, only: Set(RuleBook.all.map(\.id))) {
      $0.width = 2
      $0.stopsAtFirstFailure = true
    }
    #expect(results.map(\.rule.id) == ["VPMU-ABI-001"])
    #expect(waitpid(-1, nil, WNOHANG) == -1 && errno == ECHILD)
  }

  @Test("A process that can't be started, or is not given a rule, is an error of the run and no verdict")
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
