import Foundation
import TestSupport

/// What `make lib` builds.
enum BuiltLibraries {
  static let repository = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// The first build takes minutes.
  static let areBuilt: Bool = {
    #if DEBUG
      false
    #else
      true
    #endif
  }()

  /// Built once for all tests.
  private static let build = Result {
    let program = try Program.run(["make", "-C", repository.path, "lib"], limit: 1800)
    guard program.status == 0 else {
      throw SharedLibrary.Failure(description: "make lib:\n\(program.output)\n\(program.errors)")
    }
  }

  static func library(_ name: String) throws -> SharedLibrary {
    try build.get()
    return SharedLibrary(path: repository.appending(path: ".build-lib/lib/\(name)").path)
  }

  /// The functions of the C face, as the linker's script lists them.
  static var listed: Set<String> {
    get throws {
      let map = try String(contentsOf: repository.appending(path: "Sources/PMU/LibVPMU/vpmu.map"), encoding: .utf8)
      return Set(map.matches(of: /(?m)^ *(?<name>vpmu_\w+);/).map { String($0.name) })
    }
  }
}
