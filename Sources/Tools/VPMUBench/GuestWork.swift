/// What the guest does between its accesses to the PMU.
public protocol GuestWork: AnyObject {
  /// A few microseconds of guest mode.
  func slice()

  /// Another task of the guest runs for `nanoseconds`: one that does not use the PMU.
  func idle(_ nanoseconds: UInt64)

  /// The guest's clock in ns. It goes on with its work.
  func now() -> UInt64
}

extension GuestWork {
  /// What a slice should take, in ns.
  public static var sliceTime: UInt64 { 5_000 }
}
