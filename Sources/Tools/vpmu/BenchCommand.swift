import ArgumentParser
import GuestPerf
import VPMUBench
import VPMUBenchKVM
import VPMUCore
import VPMULoader

struct BenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench",
    abstract: "Measure what a guest's use of its PMU costs: the time in its PMI handler, and what the host is asked.",
    discussion: """
      A guest's perf driver runs on a virtual CPU: behind /dev/kvm where the host's events can count it there, else one that \
      this thread plays. By default every usage, every policy and every plugin's default model are measured by turns, \
      on the best host there is.

      With --vcpus the time of an access, heap and descriptors are measured as the number of vCPUs in one process grows.

      With --replay the time per operation of traces on the simulated host is measured instead.
      """)

  @Option(help: "What the guest does; may be repeated. \(Usage.choices)")
  var usage: [Usage] = []

  @Option(help: "How host events are kept; may be repeated. \(PolicyKind.choices)")
  var policy: [PolicyKind] = []

  @Option(help: "A plugin's name or a CPUID vendor string; may be repeated. Default: every plugin found.")
  var vendor: [String] = []

  @Option(help: "A model, as `vpmu plugins` lists it; may be repeated. Default: each plugin's first one.")
  var model: [String] = []

  @Option(help: "Where events come from: best, perf or simulated. Default: best.")
  var host: HostSelection?

  @Option(help: "Where the guest runs: best, kvm or thread. Default: best.")
  var guest: GuestSelection?

  @Option(help: "PMIs (with count: reads) for each usage and policy, 1 to \(BenchOptions.mostPMIs). Default: 200.")
  var pmis: Int?

  @Option(
    help: ArgumentHelp(
      "Measure so many vCPUs in one process instead, 1 to 4096; may be repeated. The guests are on threads.",
      valueName: "number"))
  var vcpus: [Int] = []

  @Option(help: "Replay this trace again and again instead; may be repeated, traces alternate.")
  var replay: [String] = []

  @Option(name: .customLong("repeat"), help: "How often each trace is replayed, 1 to 100000000. Default: 1000.")
  var repeats: Int?

  @OptionGroup var plugins: PluginOptions

  @Flag(help: "Write JSON Lines.")
  var json = false

  func validate() throws {
    if let pmis, !(1...BenchOptions.mostPMIs).contains(pmis) {
      throw ValidationError("--pmis is \(pmis): choose 1 to \(BenchOptions.mostPMIs)")
    }
    if let repeats, !(1...100_000_000).contains(repeats) {
      throw ValidationError("--repeat is \(repeats): choose 1 to 100000000")
    }
    if plugins.plugin != nil && !vendor.isEmpty {
      throw ValidationError("--plugin and --vendor both choose the plugin: give one of them")
    }
    if let number = vcpus.first(where: { !(1...ScaleBench.mostVCPUs).contains($0) }) {
      throw ValidationError("--vcpus is \(number): choose 1 to \(ScaleBench.mostVCPUs)")
    }
    if !vcpus.isEmpty, !(usage.isEmpty && guest == nil && pmis == nil && replay.isEmpty) {
      throw ValidationError("--vcpus measures accesses: leave --usage, --guest, --pmis and --replay out")
    }
    if replay.isEmpty {
      if repeats != nil { throw ValidationError("--repeat is for --replay: name a trace with it, or leave it out") }
    } else if !(usage.isEmpty && vendor.isEmpty && model.isEmpty && host == nil && guest == nil && pmis == nil) {
      throw ValidationError(
        "--replay runs a trace on the simulated host: leave --usage, --vendor, --model, --host, --guest and --pmis out")
    }
  }

  func run() throws {
    if !vcpus.isEmpty { return try measureScale() }
    if replay.isEmpty { try measureGuests() } else { try measureReplay() }
  }

  private func measureScale() throws {
    var results: [ScaleResult] = []
    for guest in try guests() {
      for policy in policy.isEmpty ? [.reuse] : policy {
        results += try vcpus.map { try ScaleBench(guest, vcpus: $0).run(host ?? .best, policy) }
      }
    }
    if json { for result in results { Output.result(result.json) } } else { Output.result(ScaleResult.table(results)) }
  }

  private func measureGuests() throws {
    let guests = try guests()
    let options = BenchOptions(
      usages: usage.isEmpty ? Usage.allCases : usage, policies: policy.isEmpty ? PolicyKind.allCases : policy,
      pmis: pmis ?? 200, host: host ?? .best)
    let report = try measure(guests, options)
    if json {
      for line in BenchJSON.lines(report) { Output.result(line) }
      for text in report.excluded { Output.note("not used: \(text)") }
      for text in report.skipped { Output.note("not measured: \(text)") }
    } else {
      Output.result(BenchTable.text(report))
    }
    if report.results.isEmpty { throw ExitCode.failure }
  }

  private func measure(_ guests: [BenchGuest<PluginModel>], _ options: BenchOptions) throws -> BenchReport {
    let progress = ProgressLine()
    defer { progress.end() }
    let (host, hostReason) = try ChosenHost.choose(options.host)
    let (machine, guestReason) = try KVMMachine.choose(guest ?? .best, on: host)
    for reason in [hostReason, guestReason] { progress.show(.note(reason)) }
    let reason = "\(hostReason); \(guestReason)"
    guard let machine else { return try Bench(options).run(guests, on: host, reason: reason) { progress.show($0) } }
    return try Bench(options).run(guests, in: machine, on: host, reason: reason) { progress.show($0) }
  }

  private func measureReplay() throws {
    let model = try plugins.modelForVendor()
    let bench = try ReplayBench(replay, repeats: repeats ?? 1000)
    var isClean = true
    for policy in policy.isEmpty ? [.reuse] : policy {
      let results = try bench.run(policy: policy, model: model)
      if json {
        for result in results { Output.result(result.json) }
      } else {
        Output.result(ReplayResult.table(results))
      }
      isClean = isClean && results.allSatisfy { $0.mismatches == 0 }
    }
    if !isClean { throw ExitCode.failure }
  }

  /// The same guest is measured once, however often the options name it.
  private func guests() throws -> [BenchGuest<PluginModel>] {
    var seen: Set<String> = []
    return try selections(plugins.catalogue())
      .filter { seen.insert("\($0.plugin.declaration.id) \($0.preset.name)").inserted }
      .map { BenchGuest($0.plugin.model, preset: $0.preset) }
  }

  /// The plugins and models that the options name; without any, every plugin's default model.
  private func selections(_ catalogue: PluginCatalogue) throws -> [PluginSelection] {
    if let plugin = plugins.plugin {
      guard !model.isEmpty else { return [try catalogue.select(plugin: plugin)] }
      return try model.map { try catalogue.select(plugin: plugin, model: $0) }
    }
    if vendor.isEmpty && model.isEmpty {
      guard !catalogue.plugins.isEmpty else { return [try catalogue.select()] }
      return try catalogue.plugins.map { try catalogue.select(plugin: $0.declaration.name) }
    }
    if vendor.isEmpty { return try model.map { try catalogue.select(model: $0) } }
    return try vendor.flatMap { vendor in
      guard !model.isEmpty else { return [try catalogue.select(vendor: vendor)] }
      return try model.map { try catalogue.select(vendor: vendor, model: $0) }
    }
  }
}

extension Usage: ExpressibleByArgument {
  static var choices: String { "One of " + allCases.map(\.rawValue).joined(separator: ", ") + "." }
}

extension HostSelection: ExpressibleByArgument {}

extension GuestSelection: ExpressibleByArgument {}
