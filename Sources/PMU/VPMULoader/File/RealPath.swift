import CLibc

/// The path of a file, absolute and without symbolic links; nil, with errno set, if there is none: realpath(3).
package func realPath(_ path: String) -> String? {
  guard let resolved = realpath(path, nil) else { return nil }
  defer { free(resolved) }
  return String(cString: resolved)
}
