import CLibc

/// Why a plugin is not loaded. The text says which file, what is wrong and what to do next.
public enum PluginLoadError: Error, Hashable, Sendable {
  /// There is no such file.
  case notFound(path: String)
  /// The file can't be read: the error number of the system call.
  case unreadable(path: String, errno: Int32)
  /// The file does not claim to be a plugin.
  case notAPlugin(path: String, reason: String)
  /// The file is for another machine.
  case wrongArchitecture(path: String, found: String)
  /// The plugin speaks another major version of the ABI.
  case abiMajor(path: String, found: UInt16, supported: UInt16)
  /// dlopen(3) refuses it: `text` is what it says.
  case dlopen(path: String, text: String)
  /// It does not export the entry of this major version; `other` is another version's that it exports.
  case missingEntry(path: String, other: UInt16?)
  /// Its entry returned NULL.
  case entryRefused(path: String)
  /// A struct is shorter than in version 1.0 of the ABI: sizes in bytes.
  case structTooSmall(path: String, name: String, size: UInt32, minimum: UInt32)
  /// A required callback is NULL.
  case missingCallback(path: String, name: String)
  /// A table contradicts the header: `what` names the field.
  case invalidDeclaration(path: String, what: String)
  /// Another plugin in the same place has the same id: neither is used.
  case duplicateID(path: String, id: String, other: String)
  /// Others could have written the file or put it there: `culprit` is the file, or a directory that leads to it, with
  /// what is wrong with it; `mend` is the shell command that sets it right.
  case untrusted(path: String, culprit: String, reason: String, mend: String)
}

extension PluginLoadError {
  /// The file that it is about.
  public var path: String {
    switch self {
    case .notFound(let path), .unreadable(let path, _), .notAPlugin(let path, _), .wrongArchitecture(let path, _),
      .abiMajor(let path, _, _), .dlopen(let path, _), .missingEntry(let path, _), .entryRefused(let path),
      .structTooSmall(let path, _, _, _), .missingCallback(let path, _), .invalidDeclaration(let path, _),
      .duplicateID(let path, _, _), .untrusted(let path, _, _, _):
      path
    }
  }

  /// What is wrong and what to do, without the path.
  public var reason: String {
    switch self {
    case .notFound: "there is no such file: check the path"
    case .unreadable(_, let number): "can't be read (\(String(cString: strerror(number)))): check its permissions"
    case .notAPlugin(_, let reason): "is no plugin, \(reason): name a library that was built with vpmu_plugin.h"
    case .wrongArchitecture(_, let found): "is built for \(found), and this process is x86-64: build it for x86-64"
    case .abiMajor(_, let found, let supported):
      "speaks version \(found) of the plugin ABI, and this core speaks version \(supported): "
        + (found > supported ? "use a newer core, or an older plugin" : "build the plugin with the current header")
    case .dlopen(_, let text): "can't be loaded, dlopen says: \(text): install what it lacks, or link it in"
    case .missingEntry(_, let other):
      other.map { "exports vpmu_plugin_entry_v\($0), but not vpmu_plugin_entry_v1: build it with this core's header" }
        ?? "does not export vpmu_plugin_entry_v1: define it with default visibility"
    case .entryRefused: "says that it can't work here, its entry returned NULL: see what it reported"
    case .structTooSmall(_, let name, let size, let minimum):
      "\(name) has \(size) bytes, and the ABI asks for \(minimum) or more: set its size field to sizeof"
    case .missingCallback(_, let name): "lacks the required callback \(name): set it in vpmu_ops"
    case .invalidDeclaration(_, let what): "declares what can't be, \(what): correct its tables"
    case .duplicateID(let path, let id, let other):
      "has the same id as \(other) in the same place, \(id), so neither is used: remove \(path) or \(other)"
    case .untrusted(let path, let culprit, let reason, let mend):
      "others could have changed it, \(culprit == path ? "it" : culprit) \(reason): if you trust what is there, run "
        + "`\(mend)`, or allow it with --allow-untrusted-plugins"
    }
  }
}

extension PluginLoadError: CustomStringConvertible {
  public var description: String { "plugin \(path): \(reason)" }
}
