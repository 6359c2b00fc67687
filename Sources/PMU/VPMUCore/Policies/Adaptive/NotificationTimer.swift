/// The count at which a host event's next notification is due.
///
/// For a policy that lets the count decide, a notification may be early, and its timer is then set again; it must not
/// be late. Counts are of the event since it was created, in events.
@frozen @usableFromInline
package struct NotificationTimer: BitwiseCopyable {
  /// The count that the notification is due at; once it has fired, at the latest.
  @usableFromInline package var due: UInt64 = 0
  /// The event's period, with which it goes on by itself.
  @usableFromInline package var period: UInt64 = 0
  /// A notification has fired since the period was set. The kernel reloaded the period itself, so `due` is only
  /// approximate.
  @usableFromInline package var hasFired = false

  @inlinable
  package init() {}

  /// A period that is never reached: no notification comes.
  @inlinable
  package static var never: UInt64 { 1 << 62 }

  /// The period was set to `period` when the count was `count` or more.
  @inlinable
  package mutating func set(_ period: UInt64, at count: UInt64) {
    due = count &+ period
    self.period = period
    hasFired = false
  }

  /// A notification came, and the count is `count` now.
  ///
  /// Before its time, it may be a late one from before the timer was set, or the host's own: then the host has begun a
  /// whole period again, and the notification that is due by this timer never comes.
  @inlinable
  package mutating func fired(at count: UInt64) {
    let isEarly = count < due || period == 0
    due = isEarly ? count &+ period : due &+ ((count &- due) / period &+ 1) &* period
    hasFired = true
  }

  /// Whether it is due within `distance` of `count`, so that it need not be set.
  ///
  /// - Parameter isApproximateEnough: a timer that has fired and goes on by itself will do, if it is early by a wide
  ///   margin
  @inlinable
  package func isInTime(_ distance: UInt64, from count: UInt64, isApproximateEnough: Bool) -> Bool {
    guard due > count else { return false }
    guard hasFired else { return due &- count <= distance }
    return isApproximateEnough && due &- count <= distance / 2
  }
}
