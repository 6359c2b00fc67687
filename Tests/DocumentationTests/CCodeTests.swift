import Foundation
import TestSupport
import Testing

@Suite("C code of the pages")
struct CCodeTests {
  @Test(
    "The C blocks of a page compile, in order, as one file with the header alone",
    arguments: Page.all.filter { !$0.blocks("c").isEmpty })
  func compiles(page: Page) throws {
    let folder = try TemporaryFolder()
    let file = folder.url.appending(path: page.identifier + ".c")
    let text = page.blocks("c").map { "#line \($0.line) \"\(page)\"\n\($0.text)" }.joined()
    try text.write(to: file, atomically: true, encoding: .utf8)
    let include = Page.repository.appending(path: "Sources/C/CVPMU/include").path
    let run = try Program.run(
      ["cc", "-std=c11", "-Wall", "-Wextra", "-Werror", "-Wno-unused", "-fsyntax-only", "-I", include, file.path],
      limit: 60)
    #expect(run.status == 0, "\(run.errors)")
  }
}
