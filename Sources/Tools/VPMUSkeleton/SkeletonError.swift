import Glibc

/// Why no new plugin was written. The description says what to do about it.
public enum SkeletonError: Error, Equatable {
  /// It can't be the name of a library and a module.
  case name(String)
  /// It would give the library or a type of it the name of one that there is.
  case nameTaken(String)
  /// It is not twelve bytes of what can stand in a source file.
  case vendor(String)
  /// It is no reverse domain name.
  case id(String)
  /// The directory does not hold the package `vpmu`.
  case notThePackage(path: String)
  /// Neither this program nor the working directory is in the package `vpmu`.
  case packageNotFound
  /// There is something of that name.
  case exists(path: String)
  /// A file or directory can't be made.
  case unwritable(path: String, errno: Int32)
}

extension SkeletonError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .name(let name):
      "the name \"\(name)\" can't be that of a library and a module: choose a letter and up to 31 "
        + "letters and digits, such as acme"
    case .nameTaken(let name):
      "the name \"\(name)\" stands for a part of vpmu: choose another one"
    case .vendor(let vendor):
      "the vendor \"\(vendor)\" has \(vendor.utf8.count) bytes: CPUID's has exactly 12, of printable ASCII (here without "
        + "quotes, backslashes and question marks); fill up with spaces"
    case .id(let id):
      "the id \"\(id)\" is no reverse domain name: choose two or more words of letters, digits, - _ and +, with dots "
        + "between them, such as org.example.pmu.acme"
    case .notThePackage(let path):
      "\(path) does not hold the package vpmu: name the directory where its Package.swift is"
    case .packageNotFound:
      "this vpmu is not in its package's directory, and neither are you: name that directory with --path"
    case .exists(let path):
      "\(path) is there already, and nothing is overwritten: choose another name, or another working directory"
    case .unwritable(let path, let errno):
      "\(path) can't be made: \(String(cString: strerror(errno)))"
    }
  }
}
