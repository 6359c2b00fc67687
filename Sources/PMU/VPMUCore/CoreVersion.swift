/// The version of this package: what `vpmu --version` prints and plugins are told.
public enum CoreVersion {
  public static let text: StaticString = "0.1.0"
}
