/// A program that a guest is run with, or that runs in it.
public struct GuestProgram: Equatable, Sendable {
  public var path: String
  /// Of a program of the folder that `make linux-guest` makes: the directory of its libraries, its dynamic loader among
  /// them. It needs a newer C library than this machine may have.
  public var libraries: String?

  public init(path: String, libraries: String? = nil) {
    self.path = path
    self.libraries = libraries
  }

  /// The file to execute and the arguments before the program's own.
  var words: [String] {
    guard let libraries else { return [path] }
    return [libraries + "/ld-linux-x86-64.so.2", "--library-path", libraries, path]
  }

  /// A script that runs it, for a directory of `PATH`.
  func script(options: [String] = []) -> [UInt8] {
    Array("#!/bin/sh\nexec \((words + options).map(ShellWord.quoted).joined(separator: " ")) \"$@\"\n".utf8)
  }
}
