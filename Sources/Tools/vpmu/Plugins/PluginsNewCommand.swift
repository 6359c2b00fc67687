import ArgumentParser
import VPMUSkeleton

struct PluginsNewCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "new", abstract: "Write the directory of a new plugin, which builds and passes the conformance kit.",
    discussion: """
      The directory NAME is made in the working directory; nothing is overwritten. In it is a small model with comments, to \
      be changed into yours, what builds it, and a README with the commands. A plugin in C has all it needs. One in Swift \
      is a package that depends on the package vpmu: on the one that this program was built in, else on the one that the \
      working directory is in; --path names another.
      """)

  enum Language: String, CaseIterable, ExpressibleByArgument { case swift, c }

  @Argument(help: "What the plugin is called: a letter and up to 31 letters and digits.")
  var name: String

  @Option(name: .customLong("lang"), help: "What it is written in: swift or c.")
  var language: Language

  @Option(help: "The CPUID vendor string that it is for: 12 bytes. Default: made of the name.")
  var vendor: String?

  @Option(help: "Its id, a reverse domain name. Default: org.example.pmu.NAME.")
  var id: String?

  @Option(help: "The directory of the package vpmu, for swift.", completion: .directory)
  var path: String?

  func validate() throws {
    if path != nil && language == .c {
      throw ValidationError("--path is for --lang swift: a plugin in C does not depend on the package")
    }
    _ = try skeleton()
  }

  func run() throws {
    do {
      for path in try skeleton().write() { Output.result(path) }
    } catch let error as SkeletonError {
      Output.error("\(error)")
      throw ExitCode.failure
    }
    Output.note("next: \(name)/README.md")
  }

  /// - Throws: `ValidationError`, if one of the words is off
  private func skeleton() throws -> Skeleton {
    do {
      let language: SkeletonLanguage = language == .c ? .c : .swift(package: path)
      return try Skeleton(name: name, language: language, vendor: vendor, id: id)
    } catch {
      throw ValidationError("\(error)")
    }
  }
}
