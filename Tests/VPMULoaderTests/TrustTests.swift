import CKernelFixtures
import Foundation
import Testing
import VPMULoader

@Suite("Who could have written a plugin")
struct TrustedWritersTests {
  /// Nobody has this number.
  private static let user: uid_t = 54_321
  private static let writers = TrustedWriters(user: user, group: user, ofProgram: [.user(0)])

  private static func status(_ owner: uid_t, _ mode: mode_t, group: gid_t = 0) -> stat {
    var status = stat()
    status.st_uid = owner
    status.st_gid = group
    status.st_mode = mode
    return status
  }

  @Test(
    "root's and the user's own files and directories are trusted, and sticky directories of theirs",
    arguments: [
      (0, S_IFREG | 0o755), (user, S_IFREG | 0o700), (0, S_IFDIR | 0o755), (user, S_IFDIR | 0o700),
      (0, S_IFDIR | S_ISVTX | 0o777), (user, S_IFDIR | S_ISVTX | 0o777), (0, S_IFREG | 0o4755), (user, S_IFREG | 0o444),
    ] as [(uid_t, mode_t)])
  func trusted(owner: uid_t, mode: mode_t) {
    #expect(Self.writers.flaw(of: Self.status(owner, mode), at: "/no/x", of: "/no/x") == nil)
  }

  @Test(
    "Files of others are not trusted, and the message holds the command that mends it",
    arguments: [
      (1, S_IFREG | 0o755, "belongs to the user 1", "chown 54321 /no/x"),
      (1, S_IFREG | 0o777, "belongs to the user 1", "chown 54321 /no/x"),
      (1, S_IFDIR | S_ISVTX | 0o777, "belongs to the user 1", "chown 54321 /no/x"),
      (user, S_IFREG | 0o757, "may be written by everyone", "chmod o-w /no/x"),
      (user, S_IFREG | 0o002, "may be written by everyone", "chmod o-w /no/x"),
      (0, S_IFREG | 0o775, "may be written by the group 9", "chmod g-w /no/x"),
      (user, S_IFREG | 0o666, "may be written by the group 9 and everyone", "chmod go-w /no/x"),
      (0, S_IFDIR | 0o777, "may be written by the group 9 and everyone", "chmod go-w /no/x"),
      // The sticky bit says nothing of a file.
      (0, S_IFREG | S_ISVTX | 0o757, "may be written by everyone", "chmod o-w /no/x"),
    ] as [(uid_t, mode_t, String, String)])
  func untrusted(owner: uid_t, mode: mode_t, reason: String, mend: String) {
    let flaw = Self.writers.flaw(of: Self.status(owner, mode, group: 9), at: "/no/x", of: "/no/x/y.so")
    #expect(flaw == .untrusted(path: "/no/x/y.so", culprit: "/no/x", reason: reason, mend: mend))
    #expect(flaw.map { "\($0)".contains("`\(mend)`") && "\($0)".contains("/no/x/y.so") } == true)
  }

  @Test("who could have written the program is no stranger")
  func ofProgram() {
    let writers = TrustedWriters(user: Self.user, group: Self.user, ofProgram: [.user(7), .group(8)])
    #expect(writers.flaw(of: Self.status(7, S_IFREG | 0o755), at: "/x", of: "/x") == nil)
    #expect(writers.flaw(of: Self.status(0, S_IFREG | 0o775, group: 8), at: "/x", of: "/x") == nil)
    #expect(writers.flaw(of: Self.status(0, S_IFREG | 0o775, group: 7), at: "/x", of: "/x") != nil)
    #expect(writers.flaw(of: Self.status(8, S_IFREG | 0o755), at: "/x", of: "/x") != nil)
    let everyone = TrustedWriters(user: Self.user, group: Self.user, ofProgram: [.everyone])
    #expect(everyone.flaw(of: Self.status(7, S_IFREG | 0o777), at: "/x", of: "/x") == nil)
  }

  @Test(
    "a path in the command is quoted as a shell takes it", arguments: [("/a b", "'/a b'"), ("/it's", #"'/it'\''s'"#)])
  func quoting(path: String, word: String) {
    let flaw = Self.writers.flaw(of: Self.status(0, S_IFREG | 0o757), at: path, of: path)
    #expect(flaw?.reason.contains("`chmod o-w \(word)`") == true)
  }

  @Test("a group is private if it has the user's name and no other member, by the databases")
  func privateGroups() throws {
    func lines(_ path: String) throws -> [[String]] {
      try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
        .map { $0.split(separator: ":", omittingEmptySubsequences: false).map(String.init) }
    }
    let groups = try lines("/etc/group")
    var seen: Set<String> = []
    for user in try lines("/etc/passwd").prefix(40) where seen.insert(user[2]).inserted {
      guard let id = uid_t(user[2]) else { continue }
      for group in groups.prefix(40) {
        guard let number = gid_t(group[2]), groups.first(where: { $0[2] == group[2] }) == group else { continue }
        let others = group[3].split(separator: ",").filter { $0 != user[0] }
        let isPrivate = group[0] == user[0] && others.isEmpty
        #expect(UserDatabase.isPrivate(number, of: id) == isPrivate, "\(group[0]) of \(user[0])")
      }
    }
    #expect(!UserDatabase.isPrivate(0, of: Self.user))
  }
}

/// Real files. What this program itself lies under is trusted; elsewhere the rule is what the tests see.
@Suite("A plugin's file", .enabled(if: CFixture.compiler != nil, "\(CFixture.noCompiler)"))
struct PluginTrustTests {
  private static let isStrict =
    TrustedWriters.ofThisProcess.flaw(of: worldWritable, at: "/no/x", of: "/no/x") != nil
  private static var worldWritable: stat {
    var status = stat()
    status.st_mode = S_IFREG | 0o777
    return status
  }
  private static let notStrict = "everyone can write this program, so every plugin is trusted"

  /// Runs the command that the error tells.
  private func mend(_ error: PluginLoadError?) throws {
    guard case .untrusted(_, _, _, let command) = error else { throw CFixture.Failure(description: "\(error as Any)") }
    #expect(CFixture.run(["/bin/sh", "-c", command], errors: CFixture.directory.path + "/mend.errors") == 0)
  }

  private func refusal(_ path: String) -> PluginLoadError? {
    #expect(throws: PluginLoadError.self) { try Plugin.load(path) }
  }

  @Test(
    "that others may write is refused until the command that the error tells has run",
    .enabled(if: isStrict, "\(notStrict)"), arguments: ["plugin.so", "it's a plugin.so"])
  func file(name: String) throws {
    let path = try CFixture.build(name: name, in: try CFixture.newDirectory())
    chmod(path, 0o757)
    let error = refusal(path)
    guard case .untrusted(path, path, "may be written by everyone", _) = error else {
      Issue.record("\(error as Any)")
      return
    }
    let plugin = try Plugin.load(path, trust: .anyone)
    try mend(error)
    #expect(try Plugin.load(path) === plugin)
  }

  @Test(
    "in a directory that others may write is refused, however far up, and sticky ones aside",
    .enabled(if: isStrict, "\(notStrict)"))
  func directories() throws {
    let outer = try CFixture.newDirectory()
    let inner = outer.appendingPathComponent("inner")
    try FileManager.default.createDirectory(at: inner, withIntermediateDirectories: false)
    chmod(inner.path, 0o755)
    let path = try CFixture.build(in: inner)
    for directory in [outer.path, inner.path] {
      chmod(directory, 0o757)
      let error = refusal(path)
      guard case .untrusted(path, directory, "may be written by everyone", "chmod o-w \(directory)") = error else {
        Issue.record("\(error as Any)")
        return
      }
      chmod(directory, S_ISVTX | 0o777)
      #expect(try PluginFile(path: path).distrust == nil)
      chmod(directory, 0o757)
      try mend(error)
      #expect(try PluginFile(path: path).distrust == nil)
    }
  }

  @Test(
    "behind a symbolic link is judged where it really is", .enabled(if: isStrict, "\(notStrict)"))
  func link() throws {
    let path = try CFixture.build(in: try CFixture.newDirectory())
    let link = try CFixture.newDirectory().appendingPathComponent("link.so").path
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: path)
    chmod(path, 0o757)
    guard case .untrusted(path, path, _, _) = refusal(link) else {
      Issue.record("the link's target was not judged")
      return
    }
  }

  @Test(
    "of somebody else is refused until it has been given to the user",
    .enabled(if: geteuid() == 0, "only root can give files away"), arguments: [true, false])
  func foreign(isDirectory: Bool) throws {
    let directory = try CFixture.newDirectory()
    let path = try CFixture.build(in: directory)
    let culprit = isDirectory ? directory.path : path
    let stranger: uid_t = 54_321
    chown(culprit, stranger, 0)
    let error = refusal(path)
    guard case .untrusted(path, culprit, "belongs to the user 54321", "chown 0 \(culprit)") = error else {
      Issue.record("\(error as Any)")
      return
    }
    #expect(try PluginFile(path: path, trust: .anyone).distrust == error)
    try mend(error)
    #expect(try PluginFile(path: path).distrust == nil)
  }

  @Test(
    "that the user's private group may write is loaded, as where the umask is 002",
    .enabled(if: UserDatabase.isPrivate(getegid(), of: geteuid()), "this user has no private group"))
  func privateGroup() throws {
    let directory = try CFixture.newDirectory()
    let path = try CFixture.build(in: directory)
    for part in [directory.path, path] {
      chown(part, geteuid(), getegid())
      chmod(part, 0o775)
    }
    #expect(try PluginFile(path: path).distrust == nil)
  }

  @Test("with a list of others who may write is refused", .enabled(if: isStrict, "\(notStrict)"))
  func accessList() throws {
    let path = try CFixture.build(in: try CFixture.newDirectory())
    chown(path, geteuid(), getegid())
    guard let_user_write(path, 54_321) == 0 else {
      try Test.cancel("the file system of \(path) has no access control lists")
    }
    let error = refusal(path)
    guard case .untrusted(path, path, "may be written by the group \(getegid())", "chmod g-w \(path)") = error else {
      Issue.record("\(error as Any)")
      return
    }
    try mend(error)
    #expect(try PluginFile(path: path).distrust == nil)
  }

  @Test("that nobody asked for by name is listed as refused", .enabled(if: isStrict, "\(notStrict)"))
  func catalogue() throws {
    let directory = try CFixture.newDirectory()
    let path = try CFixture.build(CatalogueTests.adjust("open"), name: "anything.so", in: directory)
    let other = try CFixture.file([1, 2, 3], name: "other.so", in: directory)
    for file in [path, other] { chmod(file, 0o757) }
    let place = PluginSearch.Place(directory.path, .userDirectory)
    let catalogue = PluginCatalogue(PluginSearch(places: [place]))
    #expect(catalogue.plugins.isEmpty)
    #expect(catalogue.entries.map(\.path) == [path])
    guard case .untrusted(path, path, _, _) = catalogue.refusals.first else {
      Issue.record("\(catalogue.refusals)")
      return
    }
    let open = PluginCatalogue(PluginSearch(places: [place], trust: .anyone))
    #expect(open.plugins.map(\.declaration.name) == ["open"])
    #expect(open.entries.first?.warning?.contains("`chmod o-w \(path)`") == true)
    #expect(try open.plugin(path) === open.plugins.first)
    #expect(throws: PluginSelectionError.self) { try catalogue.plugin(path) }
  }
}
