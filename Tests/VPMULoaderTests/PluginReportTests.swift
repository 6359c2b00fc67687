import Synchronization
import Testing
import VPMULoader
import VPMUPluginKit

private let exported = PluginExport(FixtureModel(salt: 1))

/// In this suite because the handler is one for the process: its tests run one after the other.
extension PluginKitTests {
  private func reports(of id: String, during body: () throws -> Void) rethrows -> [String] {
    let heard = Mutex<[String]>([])
    PluginReports.setHandler { from, text in
      if from == id { heard.withLock { $0.append(text) } }
    }
    defer { PluginReports.setHandler(nil) }
    try body()
    return heard.withLock { $0 }
  }

  @Test(
    "(or a plugin in C) reports while its entry refuses",
    .enabled(if: CFixture.compiler != nil, "\(CFixture.noCompiler)"))
  func fromTheEntry() throws {
    let path = try CFixture.build("REFUSES")
    let heard = reports(of: "org.example.test") { _ = try? Plugin.load(path) }
    // Other tests may load such a plugin at the same time.
    #expect(heard.first == "no luck today")
  }

  @Test("reports with its id")
  func throughTheKit() throws {
    let heard = try reports(of: "org.example.fixture") {
      _ = try Plugin { exported.enter($0) }
      PluginServices.report("ä text")
    }
    #expect(heard == ["ä text"])
  }
}
