import ArgumentParser
import Glibc
import VPMUConformance
import VPMULoader

struct ConformanceCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "conformance", abstract: "Judge a plugin by the rules of the conformance kit.",
    discussion: """
      Each rule runs in a process of its own, so that a crash or a hang of the plugin is a verdict. A failure is shown \
      with its consequence, its reference, and where a guest can observe it the shortest trace for `vpmu replay`. The \
      last line is `N rules: P passed, F failed, W warnings, S skipped`, and `, U not judged` where rules stand on one \
      that failed; the exit code is 0 only if F is 0.
      """)

  @Argument(help: "A plugin's file, or its name as `vpmu plugins` lists it.", completion: .file(extensions: ["so"]))
  var plugin: String?

  @Option(help: "Judge this model only, as `vpmu plugins` lists it. Default: all of the plugin's.")
  var model: String?

  @Option(help: "Judge the rules whose id this regular expression finds. Their prerequisites are shown if they fail.")
  var only: String?

  @Option(help: "The seed of the random numbers that some rules use. Default: 1.")
  var seed: UInt64 = 1

  @Option(help: "A directory of recorded traces; those of this plugin are replayed.", completion: .directory)
  var vectors: String?

  @Option(help: "Write the traces of failures to this directory.", completion: .directory)
  var traces: String?

  @Option(help: "Seconds that a rule may take, up to 3600. Default: 10.")
  var timeLimit: Double = 10

  @OptionGroup var trust: TrustOptions

  @Flag(help: "Write JSON Lines.")
  var json = false

  @Flag(help: "List the rules without judging any.")
  var list = false

  func validate() throws {
    if plugin == nil && !list { throw ValidationError("name a plugin, or list the rules with --list") }
    if !(timeLimit > 0 && timeLimit <= 3600) {
      throw ValidationError("--time-limit is \(timeLimit): choose more than 0, and up to 3600 seconds")
    }
    if let vectors, let obstacle = PluginSearch.Place(vectors + "/.", .named).obstacle {
      throw ValidationError("--vectors is \(vectors), which is \(obstacle): name a directory of traces")
    }
    _ = try selection()
  }

  func run() throws {
    let selection = try selection()
    guard let plugin, !list else {
      for rule in RuleBook.all where selection?.contains(rule.id) ?? true {
        Output.result(json ? rule.json : "\(rule.id)  \(rule.sentence)")
      }
      return
    }
    var options = RunOptions(path: try path(of: plugin))
    options.model = model
    options.trust = trust.trust
    options.seed = seed
    options.vectors = vectors
    options.timeLimit = timeLimit
    options.selection = selection
    options.width = max(sysconf(Int32(_SC_NPROCESSORS_ONLN)), 1)
    try judge(options)
  }

  /// The ids that match `--only`; nil without it.
  private func selection() throws -> Set<String>? {
    guard let only else { return nil }
    guard let expression = try? Regex(only) else {
      throw ValidationError("--only is \"\(only)\", which is no regular expression: try MSR, or ABI-00[1-4]")
    }
    let ids = RuleBook.all.map(\.id).filter { $0.contains(expression) }
    guard !ids.isEmpty else { throw ValidationError("--only \"\(only)\" finds no rule: list them with --list") }
    return Set(ids)
  }

  /// The path of the plugin with this name; an argument that is no name is a path.
  ///
  /// - Throws: exit code 1, after an error message, if there is no such file. With `--json` the rules are judged, and
  ///   the first fails with the reason.
  private func path(of plugin: String) throws -> String {
    var unknown: PluginSelectionError?
    if !plugin.contains("/") {
      do throws(PluginSelectionError) {
        return try PluginOptions.catalogue(.standard(trust: trust.trust)).plugin(plugin).path
      } catch { unknown = error }
    }
    do throws(PluginLoadError) {
      let file = try PluginFile(path: plugin, trust: .anyone)
      if trust.allowsUntrusted, let flaw = file.distrust { Output.note("warning: \(flaw)") }
    } catch {
      if case .notFound = error, !json {
        Output.error(unknown?.description ?? error.description)
        throw ExitCode.failure
      }
    }
    return plugin
  }

  private func judge(_ options: RunOptions) throws {
    var details: [String] = []
    var results: [RuleResult] = []
    let runner = RuleRunner(command: ["/proc/self/exe", RuleCommand.configuration.commandName ?? ""], options: options)
    do {
      results = try runner.run { result in
        guard ConformanceReport.shows(result, options.selection) else { return }
        let file = traceFile(result)
        if json {
          Output.result(result.json(traceFile: file))
        } else if result.verdict.reasonNotJudged == nil {
          Output.result(result.line)
        }
        if let text = result.details(traceFile: file) { details.append(text) }
      }
    } catch {
      Output.error("\(error)")
      if case .unknownModel = error { throw ExitCode.validationFailure }
      throw ExitCode.failure
    }
    let report = ConformanceReport(results, selection: options.selection)
    if !json {
      for line in report.linesOfNotJudged { Output.result(line) }
      for text in details { Output.result("\n" + text) }
      Output.result(report.summary)
    }
    if !report.conforms { throw ExitCode.failure }
  }

  /// The file that the result's trace was written to; nil if there is none.
  private func traceFile(_ result: RuleResult) -> String? {
    guard let traces else { return nil }
    do {
      return try result.writeTrace(to: traces)
    } catch {
      Output.error("\(error)")
      return nil
    }
  }
}
