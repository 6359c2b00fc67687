/// A word of a POSIX shell's command line that stands for exactly these characters.
enum ShellWord {
  static func quoted(_ text: String) -> String {
    "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: #"'\''"#) + "'"
  }
}
