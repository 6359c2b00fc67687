import CLinux
import CLibc

/// Who may have written a plugin: root, the effective user and its private group, and whoever could have written the
/// program that runs here.
package struct TrustedWriters: Sendable {
  private let user: uid_t
  private let group: gid_t
  private let ofProgram: Set<FileWriter>

  /// - Parameters:
  ///   - group: the effective one
  ///   - ofProgram: who could have written the program
  package init(user: uid_t, group: gid_t, ofProgram: Set<FileWriter>) {
    self.user = user
    self.group = group
    self.ofProgram = ofProgram
  }

  package static var ofThisProcess: TrustedWriters {
    TrustedWriters(user: geteuid(), group: getegid(), ofProgram: writersOfProgram)
  }

  /// The program's file and directories do not move while it runs: looked at once.
  private static let writersOfProgram: Set<FileWriter> = {
    guard let path = PluginSearch.executable() else { return [] }
    return (directories(of: path) + [path]).reduce(into: []) { writers, part in
      if let status = stat(link: part) { writers.formUnion(status.writers) }
    }
  }()

  /// What is wrong with the directories that lead to a plugin, the first from the root down; nil if others can neither
  /// change them nor put something else in the place of the file.
  ///
  /// - Parameter path: absolute, without symbolic links
  package func flawOfDirectories(to path: String) -> PluginLoadError? {
    for directory in directories(of: path) {
      // Each name is looked up in a directory that was found safe the moment before, so it stays what it is.
      guard let status = stat(link: directory) else { return .unreadable(path: path, errno: errno) }
      guard status.isDirectory else { return .unreadable(path: path, errno: ENOTDIR) }
      if let flaw = flaw(of: status, at: directory, of: path) { return flaw }
    }
    return nil
  }

  /// - Parameters:
  ///   - status: of `culprit`, the plugin or a directory that leads to it
  ///   - plugin: the plugin's path
  package func flaw(of status: stat, at culprit: String, of plugin: String) -> PluginLoadError? {
    let strangers = status.writers.filter { !isTrusted($0, at: culprit) }
    guard !strangers.isEmpty else { return nil }
    let name = shellWord(culprit)
    if strangers.contains(.user(status.st_uid)) {
      return .untrusted(
        path: plugin, culprit: culprit, reason: "belongs to the user \(status.st_uid)", mend: "chown \(user) \(name)")
    }
    let isGroup = strangers.contains(.group(status.st_gid))
    let isEveryone = strangers.contains(.everyone)
    let who = (isGroup ? ["the group \(status.st_gid)"] : []) + (isEveryone ? ["everyone"] : [])
    return .untrusted(
      path: plugin, culprit: culprit, reason: "may be written by \(who.joined(separator: " and "))",
      mend: "chmod \(isGroup ? "g" : "")\(isEveryone ? "o" : "")-w \(name)")
  }

  private func isTrusted(_ writer: FileWriter, at path: String) -> Bool {
    if ofProgram.contains(writer) || ofProgram.contains(.everyone) { return true }
    switch writer {
    case .user(let id): return id == 0 || id == user
    // Asked last: the databases may be far away.
    case .group(let id):
      return id == group && !clinux_has_access_list(path) && UserDatabase.isPrivate(id, of: user)
    case .everyone: return false
    }
  }
}

/// A path as a shell takes it.
private func shellWord(_ path: String) -> String {
  let isPlain = path.utf8.allSatisfy { byte in
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "a")...UInt8(ascii: "z"):
      true
    default: "/._-+@%:,=".utf8.contains(byte)
    }
  }
  guard !isPlain else { return path }
  let parts = path.split(separator: "'", omittingEmptySubsequences: false)
  return "'" + parts.joined(separator: #"'\''"#) + "'"
}
