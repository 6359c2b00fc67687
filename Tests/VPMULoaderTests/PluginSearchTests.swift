import Glibc
import Testing
import VPMULoader

@Suite("The places to look in")
struct PluginSearchTests {
  private func environment(
    _ variables: [String: String] = [:], home: String? = "/home/db", raised: Bool = false,
    program: String? = "/opt/v/bin/vpmu"
  ) -> SearchEnvironment {
    SearchEnvironment(
      hasRaisedRights: raised, program: program, variable: { variables[$0] }, homeDirectory: { home })
  }

  @Test("begin with what is named, and end in the installation's library directory")
  func standard() {
    let places = PluginSearch.standard(named: ["/some/plugin.so"]).places
    #expect(places.first == .init("/some/plugin.so", .named))
    #expect(places.suffix(2).map(\.origin) == [.besideExecutable, .libraryDirectory])
    #expect(places.suffix(2).allSatisfy { $0.path.hasPrefix("/") && !$0.path.contains("..") })
    let origins = PluginOrigin.allCases
    #expect(places.map { origins.firstIndex(of: $0.origin) ?? -1 }.isSorted)
  }

  @Test("are, in this order: named, VPMU_PLUGIN_PATH, the user's, beside the program, the installation's")
  func order() {
    let places = PluginSearch.places(
      named: ["x.so", "/y"], in: environment(["VPMU_PLUGIN_PATH": "/a::b:", "HOME": "/home/me"]))
    #expect(
      places == [
        .init("x.so", .named), .init("/y", .named), .init("/a", .environment), .init("b", .environment),
        .init("/home/me/.local/share/vpmu/plugins", .userDirectory), .init("/opt/v/bin", .besideExecutable),
        .init("/opt/v/lib/vpmu", .libraryDirectory),
      ])
  }

  @Test(
    "take the user's data directory from XDG_DATA_HOME, HOME or the user database, if the path is absolute",
    arguments: [
      (["XDG_DATA_HOME": "/data", "HOME": "/home/me"], "/data/vpmu/plugins"),
      (["XDG_DATA_HOME": "", "HOME": "/home/me"], "/home/me/.local/share/vpmu/plugins"),
      (["XDG_DATA_HOME": "data", "HOME": "/home/me"], "/home/me/.local/share/vpmu/plugins"),
      (["HOME": ""], "/home/db/.local/share/vpmu/plugins"), (["HOME": "me"], "/home/db/.local/share/vpmu/plugins"),
      ([:], "/home/db/.local/share/vpmu/plugins"),
    ] as [([String: String], String)])
  func userDirectory(variables: [String: String], path: String) {
    #expect(environment(variables).userDirectory == path)
  }

  @Test("have no user's directory where there is no home directory")
  func noHome() {
    let places = PluginSearch.places(named: [], in: environment(home: nil))
    #expect(places.map(\.origin) == [.besideExecutable, .libraryDirectory])
  }

  @Test("of a program with raised rights are not its caller's to choose")
  func raisedRights() {
    let variables = ["VPMU_PLUGIN_PATH": "/a", "XDG_DATA_HOME": "/data", "HOME": "/home/me"]
    let places = PluginSearch.places(named: [], in: environment(variables, raised: true))
    #expect(places.map(\.path) == ["/opt/v/bin", "/opt/v/lib/vpmu"])
  }

  @Test("of a program in the root directory are absolute")
  func rootDirectory() {
    let places = PluginSearch.places(named: [], in: environment(home: nil, program: "/vpmu"))
    #expect(places.map(\.path) == ["/", "/lib/vpmu"])
  }

  @Test("say what keeps them from being looked at")
  func obstacles() {
    #expect(PluginSearch.Place("/no/such/place", .userDirectory).obstacle == "not there")
    #expect(PluginSearch.Place("/etc/passwd/x", .environment).obstacle == "not there")
    #expect(PluginSearch.Place("/", .named).obstacle == nil)
  }
}

extension [Int] {
  fileprivate var isSorted: Bool { zip(self, dropFirst()).allSatisfy { $0 <= $1 } }
}
