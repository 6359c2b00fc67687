import Foundation
import Testing

@Suite struct ImportGraphTests {
  private static let package = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  @Test func `Each target of the package declares exactly the modules that its files import`() throws {
    let graph = try ImportGraph(of: Self.package)
    #expect(graph.targets.count > 30)
    #expect(graph.targets["VPMUCore"]?.imported.contains("VPMUModel") == true)
    #expect(graph.targets["CPlainCalls"]?.imported.contains("CVPMU") == true)
    for fault in graph.faults { Issue.record("Package.swift: \(fault)") }
  }

  private func graph(declared: Set<String>, imported: Set<String>) -> ImportGraph {
    ImportGraph(targets: [
      "A": .init(), "B": .init(declared: ["A"], imported: ["A"]), "Program": .init(isProgram: true),
      "C": .init(declared: declared, imported: imported.union(["Glibc", "C"])),
    ])
  }

  @Test func `A module that only a dependency declares is a missing declaration`() {
    #expect(graph(declared: ["B"], imported: ["A", "B"]).faults == ["C imports A and does not declare it"])
  }

  @Test func `A declared module that no file imports is a fault`() {
    #expect(graph(declared: ["A", "B"], imported: ["B"]).faults == ["C declares A and does not import it"])
  }

  @Test func `Programs, products and modules of other packages are no faults`() {
    #expect(graph(declared: ["A", "Program", "ArgumentParser"], imported: ["A", "ArgumentParser"]).faults.isEmpty)
  }

  @Test func `Imports are found with attributes, access levels and kinds, and not inside of other text`() {
    let source = """
      import A
      @testable import B
      package import C
      import struct D.Value
      // import E
        import F
      """
    #expect(ImportGraph.imports(source) == ["A", "B", "C", "D"])
    #expect(ImportGraph.includes("#include <a.h>\n#include \"b.h\"\n// #include <c.h>\n") == ["a.h", "b.h"])
  }
}
