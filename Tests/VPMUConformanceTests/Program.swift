import Foundation

/// A finished run of the built `vpmu`. Its output goes to files: a full pipe would stop it.
struct Program {
  var status: Int32
  var output: String
  var errors: String

  var lines: [Substring] { output.split(separator: "\n") }

  static func vpmu(_ arguments: String...) throws -> Program { try vpmu(arguments) }

  static func vpmu(_ arguments: [String]) throws -> Program {
    let name = CCompiler.directory.appending(path: UUID().uuidString).path
    let files = [name + ".output", name + ".errors"]
    let program = Judge.directory.appending(path: "vpmu").path
    let status = CCompiler.wait(CCompiler.start([program] + arguments, output: files[0], errors: files[1]))
    let texts = try files.map { try String(contentsOfFile: $0, encoding: .utf8) }
    return Program(status: status, output: texts[0], errors: texts[1])
  }
}
