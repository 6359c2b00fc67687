import SeededRandom
import Foundation
import GuestPerf
import TestSupport
import Testing
import VPMUCore
import VPMULoader
import VPMUModel

@Suite("A plugin among the examples")
struct ExampleTests {
  @Test(
    "is a Swift package, needs the C library only and exports its entry only",
    .enabled(if: Example.buildsPackages, "its first build takes minutes: tested in release only"))
  func packages() throws {
    let packages = Example.all.filter { $0.kind == .package }
    #expect(!packages.isEmpty)
    for example in packages {
      #expect(try !example.plugins.isEmpty)
      for plugin in try example.plugins {
        #expect(try SharedLibrary(path: plugin.path).traces(exporting: ["vpmu_plugin_entry_v1"]).isEmpty)
      }
    }
  }

  @Test("in C needs the header and a compiler, whichever", arguments: ["cc", "gcc", "clang"])
  func compilers(name: String) throws {
    guard Program.find(name) != nil else { try Test.cancel("there is no \(name) in PATH") }
    for example in Example.all where example.kind == .make {
      let output = try example.makeAlone(compiler: name)
      let names = try FileManager.default.contentsOfDirectory(atPath: output.path)
      #expect(names.contains { (try? PluginFile(path: output.path + "/" + $0)) != nil }, "\(example): \(names)")
    }
  }

  @Test("is listed by vpmu", arguments: Example.tested)
  func isListed(example: Example) throws {
    for plugin in try example.plugins {
      let command = try Program.vpmu(["plugins"], environment: ["VPMU_PLUGIN_PATH": plugin.path])
      #expect(command.status == 0)
      let first = command.lines.first { !$0.hasPrefix(" ") && !$0.hasSuffix(":") && !$0.isEmpty }
      #expect(first.map(String.init) == plugin.declaration.name, "\(command.output)")
      for word in [plugin.declaration.id, plugin.path] + plugin.declaration.presets.map(\.name) {
        #expect(command.output.contains(word), "\(word) in \(command.output)")
      }
    }
  }

  @Test("gets its PMIs in each usage and policy of the bench, on each of its models", arguments: Example.tested)
  func bench(example: Example) throws {
    for (plugin, preset) in try models(of: example) {
      let command = try Program.vpmu([
        "bench", "--host", "simulated", "--plugin", plugin.path, "--model", preset.name, "--pmis", "20", "--json",
      ])
      #expect(command.status == 0, "\(command.errors)")
      let results = try command.lines.map {
        try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
      }
      let hasFixed = try machine(plugin, preset).vpmu.liveState.fields.fixed_count > 0
      let usages = Usage.allCases.filter { $0 != .oneFixed || hasFixed }
      #expect(results.count == usages.count * PolicyKind.allCases.count, "\(command.errors)")
      #expect(Set(results.compactMap { $0["usage"] as? String }) == Set(usages.map(\.rawValue)), "\(command.errors)")
      for result in results {
        #expect(result["model"] as? String == preset.name)
        #expect(result["pmis"] as? Int == 20, "\(result)")
        #expect(result["spurious_pmis"] as? Int == 0, "\(result)")
        #expect((result["created"] as? Int ?? 0) > 0, "\(result)")
      }
    }
  }

  @Test("answers any access, and never what can't be", arguments: Example.tested)
  func anyGuest(example: Example) throws {
    for (plugin, preset) in try models(of: example) {
      for seed in 1...4 as ClosedRange<UInt64> {
        let machine = try machine(plugin, preset)
        var guest = RandomGuest(plugin.declaration, generator: SeededGenerator(seed: seed))
        for _ in 0..<20_000 { try machine.perform(guest.next()) }
        let faults = machine.vpmu.pluginFaults
        #expect(faults.count == 0, "\(preset.name), seed \(seed): \(String(describing: faults.last))")
        #expect(machine.vpmu.statistics.created > 0)
      }
    }
  }

  @Test("has no failure among the rules of the conformance kit", arguments: Example.tested)
  func conforms(example: Example) throws {
    for plugin in try example.plugins {
      let command = try Program.vpmu(["conformance", plugin.path])
      #expect(command.status == 0, "\(command.output)\(command.errors)")
      #expect(command.output.contains("VPMU-ABI-001  passed"), "\(command.output)")
      #expect(command.lines.last?.contains(" 0 failed") == true, "\(command.output)")
    }
  }

  private func models(of example: Example) throws -> [(Plugin, Preset)] {
    try example.plugins.flatMap { plugin in plugin.declaration.presets.map { (plugin, $0) } }
  }

  private func machine(_ plugin: Plugin, _ preset: Preset) throws -> GuestMachine<PluginModel, Reuse> {
    try GuestMachine(plugin.model, preset.configuration, Reuse())
  }
}
