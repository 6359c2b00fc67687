import Foundation
import Testing

struct PluginsCommandTests {
  @Test("both plugins are listed with file, ABI, vendors and models")
  func list() throws {
    let command = try Command.run(["plugins"])
    #expect(command.status == 0)
    for word in [
      "libVPMUIntel.so", "libVPMUAMD.so", "ABI          1.", "GenuineIntel", "AuthenticAMD", "intel-v2", "amd-f15h",
    ] {
      #expect(command.output.contains(word), "\(word)")
    }
  }

  @Test("a candidate that is no plugin is listed with the reason")
  func refused() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "vpmu-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try Data("not a library".utf8).write(to: folder.appending(path: "libVPMUNothing.so"))
    let command = try Command.run(["plugins"], environment: ["VPMU_PLUGIN_PATH": folder.path])
    #expect(command.status == 0)
    #expect(command.output.contains("libVPMUNothing.so") && command.output.contains("refused"))
  }
}
