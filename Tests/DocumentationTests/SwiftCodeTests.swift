import Foundation
import PerfEventHost
import TestSupport
import Testing

@Suite(
  "Swift code of the pages", .serialized,
  .enabled(if: SwiftPackage.isBuilt, "its first build takes minutes: tested in release only"))
struct SwiftCodeTests {
  @Test("The Swift blocks of each page compile as a program of a package that has this package's products only")
  func compiles() throws {
    do {
      let programs = try SwiftPackage.programs
      for page in SwiftPackage.pages {
        #expect(FileManager.default.isExecutableFile(atPath: programs.appending(path: page.identifier).path), "\(page)")
      }
    } catch let failure as SwiftPackage.Failure {
      Issue.record("\(failure)")
    }
  }

  @Test(
    "The README's example counts",
    .enabled(if: HostProbe.run().bestHost.source != nil, "no perf events here: see vpmu doctor"))
  func readme() throws { try check("README.md") }

  @Test("The register that docs/writing-a-model.md adds keeps 16 bits, and leaves the others to the table")
  func register() throws { try check("docs/writing-a-model.md") }

  @Test("Each check belongs to a page with Swift code")
  func checks() throws {
    let folder = Page.repository.appending(path: "Tests/DocumentationTests/Checks")
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
    #expect(Set(names).isSubset(of: SwiftPackage.pages.map { $0.identifier + ".swift" }))
  }

  /// Runs a page's program, at whose end its check stands.
  private func check(_ path: String) throws {
    let page = try #require(SwiftPackage.pages.first { $0.path == path })
    #expect(FileManager.default.fileExists(atPath: SwiftPackage.check(of: page).path))
    let run = try Program.run(
      [try SwiftPackage.programs.appending(path: page.identifier).path],
      environment: ["VPMU_PLUGIN_PATH": Program.directory.path], limit: 60)
    #expect(run.status == 0, "\(run.output)\(run.errors)")
  }
}
