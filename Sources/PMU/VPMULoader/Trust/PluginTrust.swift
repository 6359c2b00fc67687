/// Which files may become plugins. A plugin is code that runs in this process: who can write its file can do all that
/// this process can.
public enum PluginTrust: Sendable {
  /// Only what nobody else could have written: the file and each directory of its resolved path belong to root or to
  /// the effective user, and no group or everybody may write them.
  ///
  /// Not counted as others: the user's private group; in a sticky directory, those who may only add files; and whoever
  /// could have written the running program itself, for who can replace the program needs no plugin.
  case ownersOnly
  /// Any file. ``PluginFile/distrust`` tells what is wrong with it.
  case anyone
}
