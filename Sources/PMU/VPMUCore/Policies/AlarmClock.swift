/// When a host event's next notification is due.
///
/// For a policy that lets the count judge, a notification is an alarm clock and no more: it may be early, and is then set anew; it must
/// not be late. Counts are of the event since it was made, in events.
@frozen
public struct AlarmClock: BitwiseCopyable {
  /// The count that the notification is due at; once it rang, at the latest.
  public var due: UInt64 = 0
  /// The event's period, with which it goes on by itself.
  public var period: UInt64 = 0
  /// It rang, and was not set since: the host goes on with the same period, but from where is known only roughly.
  public var isSpent = false

  @inlinable
  public init() {}

  /// A period that is never reached: no notification comes.
  @inlinable
  public static var never: UInt64 { 1 << 62 }

  /// The period was set to `period` when the count was `count` or more.
  @inlinable
  public mutating func set(_ period: UInt64, at count: UInt64) {
    due = count &+ period
    self.period = period
    isSpent = false
  }

  /// A notification came, and the count is `count` now.
  ///
  /// Before its time, it may be a late one from before the clock was set, or the host's own: then the host has begun a whole
  /// period anew, and what is due by this clock never comes.
  @inlinable
  public mutating func rang(at count: UInt64) {
    let isEarly = count < due || period == 0
    due = isEarly ? count &+ period : due &+ ((count &- due) / period &+ 1) &* period
    isSpent = true
  }

  /// Whether it rings within `distance` of `count`, so that it need not be set.
  ///
  /// - Parameter isRoughEnough: a clock that rang and goes on by itself will do, if it is early by a wide margin
  @inlinable
  public func isInTime(_ distance: UInt64, from count: UInt64, isRoughEnough: Bool) -> Bool {
    guard due > count else { return false }
    guard isSpent else { return due &- count <= distance }
    return isRoughEnough && due &- count <= distance / 2
  }
}
