import Foundation
import Synchronization
import TestSupport

/// A package outside of this one, whose programs are the pages: what a reader gets who pastes all ```swift blocks of a
/// page, one after the other, into a `main.swift`, and depends on the products whose modules the page imports.
///
/// A file of the page's name in `Checks` is added behind its blocks: such a program can be run, and ends with a status
/// other than 0 where the page's code does not do what the page says.
struct SwiftPackage {
  /// The pages with Swift code.
  static let pages = Page.all.filter { !$0.blocks("swift").isEmpty }

  /// The first build takes minutes.
  static let isBuilt: Bool = {
    #if DEBUG
      false
    #else
      true
    #endif
  }()

  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  /// The folder of the programs, named as the pages' identifiers; built once for all tests.
  static var programs: URL {
    get throws {
      try built.withLock { known in
        let result = known ?? Result { try build(pages) }
        known = result
        return try result.get()
      }
    }
  }

  private static let built = Mutex<Result<URL, any Error>?>(nil)

  private static func build(_ pages: [Page]) throws -> URL {
    let products = try PublicProduct.all
    let folder = try TemporaryFolder()
    try manifest(for: pages, products).write(
      to: folder.url.appending(path: "Package.swift"), atomically: true, encoding: .utf8)
    for page in pages {
      let sources = folder.url.appending(path: "Sources/\(page.identifier)")
      try FileManager.default.createDirectory(at: sources, withIntermediateDirectories: true)
      try source(of: page).write(to: sources.appending(path: "main.swift"), atomically: true, encoding: .utf8)
    }
    let words = [
      "swift", "build", "--configuration", "debug", "--package-path", folder.url.path, "--scratch-path",
      Page.repository.appending(path: ".build-example-pages").path,
    ]
    let build = try Program.run(words, limit: 1800)
    guard build.status == 0 else {
      let lines = (build.output + build.errors).split(separator: "\n")
      // Once each: the compiler says them, and the build says them again.
      var errors: [Substring] = []
      for line in lines where line.hasPrefix("/") && line.contains(": error: ") && !errors.contains(line) {
        errors.append(line)
      }
      throw Failure(description: (errors.isEmpty ? lines : errors).joined(separator: "\n"))
    }
    let place = try Program.run(words + ["--show-bin-path"], limit: 120)
    return URL(filePath: String(place.lines.last ?? ""))
  }

  private static func manifest(for pages: [Page], _ products: [PublicProduct]) throws -> String {
    let targets = try pages.map { page in
      let dependencies = try PublicProduct.needed(by: page, of: products).map {
        ".product(name: \"\($0)\", package: \"vpmu\")"
      }
      return """
            .executableTarget(
              name: "\(page.identifier)", dependencies: [\(dependencies.joined(separator: ", "))],
              swiftSettings: [.treatAllWarnings(as: .error)])
        """
    }
    return """
      // swift-tools-version: 6.2
      import PackageDescription

      let package = Package(
        name: "pages",
        dependencies: [.package(name: "vpmu", path: "\(Page.repository.path)")],
        targets: [
      \(targets.joined(separator: ",\n"))
        ],
        swiftLanguageModes: [.v6]
      )
      """
  }

  /// What the compiler says of it names the page and the line there.
  private static func source(of page: Page) throws -> String {
    var text = ""
    for block in page.blocks("swift") {
      text += "#sourceLocation(file: \"\(Page.repository.path)/\(page)\", line: \(block.line))\n\(block.text)"
    }
    let check = check(of: page)
    if let content = try? String(contentsOf: check, encoding: .utf8) {
      text += "#sourceLocation(file: \"\(check.path)\", line: 1)\n\(content)"
    }
    return text + "#sourceLocation()\n"
  }

  static func check(of page: Page) -> URL {
    URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Checks/\(page.identifier).swift")
  }
}

/// A library that this package offers to others.
struct PublicProduct: Sendable {
  let name: String
  let modules: Set<String>

  /// Those that can be imported: a dynamic one is a plugin, which is loaded.
  static var all: [PublicProduct] {
    get throws {
      let scratch = try TemporaryFolder()
      let dump = try Program.run(
        [
          "swift", "package", "--package-path", Page.repository.path, "--scratch-path", scratch.url.path,
          "dump-package",
        ], limit: 300)
      guard dump.status == 0 else { throw SwiftPackage.Failure(description: dump.errors) }
      return try JSONDecoder().decode(Manifest.self, from: Data(dump.output.utf8)).products.compactMap { product in
        guard product.type.library?.first == "automatic" else { return nil }
        return PublicProduct(name: product.name, modules: Set(product.targets))
      }
    }
  }

  /// The names of the products whose modules a page's code imports.
  ///
  /// - Throws: a module that is of no product, nor of the system
  static func needed(by page: Page, of products: [PublicProduct]) throws -> [String] {
    var names: Set<String> = []
    for block in page.blocks("swift") {
      for (index, line) in block.text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
        let statement = /^ *(?<attribute>@\w+ )?([a-z]+ )?import (?<module>\w+)/
        guard let module = line.firstMatch(of: statement) else { continue }
        let place = "\(page):\(block.line + index)"
        guard module.attribute == nil else {
          throw SwiftPackage.Failure(description: "\(place): \(line): a reader has the public interface only")
        }
        if system.contains(String(module.module)) { continue }
        // One that is called like the module, where several have it.
        let choices = products.filter { $0.modules.contains(String(module.module)) }
        guard let product = choices.first(where: { $0.name == module.module }) ?? choices.first else {
          throw SwiftPackage.Failure(description: "\(place): \(line): no product of this package has that module")
        }
        names.insert(product.name)
      }
    }
    return names.sorted()
  }

  private static let system: Set = ["Foundation", "Glibc", "Dispatch", "Synchronization"]

  private struct Manifest: Decodable {
    struct Product: Decodable {
      struct Kind: Decodable { let library: [String]? }
      let name: String
      let targets: [String]
      let type: Kind
    }
    let products: [Product]
  }
}
