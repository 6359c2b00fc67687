import CLinux
import VPMULoader

/// The file that this code was loaded from.
enum LibraryFile {
  /// Its directory, without symbolic links; nil if it can't be found out.
  static var directory: String? {
    guard let name = clinux_file_of(#dsohandle) else { return nil }
    return realPath(String(cString: name)).map(PluginSearch.parent)
  }
}
