/// The version of this package: printed by `vpmu --version` and passed to plugins.
public enum CoreVersion {
  public static let text: StaticString = "0.1.0"
}
