import VPMUModel

/// Disabled host events that no counter uses now, by what they count: the next counter of this vCPU that asks for the
/// same adopts one.
///
/// It takes memory when the first event is parked, not before.
@frozen
public struct EventPool: BitwiseCopyable {
  @frozen
  @usableFromInline
  struct Parked: BitwiseCopyable {
    @usableFromInline var event: HostEvent
    @usableFromInline var key: EventKey
    @usableFromInline var timer: NotificationTimer
    @usableFromInline var quality: MappingQuality
    /// The order of parking, and the slice.
    @usableFromInline var order: UInt64 = 0
    @usableFromInline var slice: UInt64 = 0

    @inlinable
    init(_ event: HostEvent, _ key: EventKey, _ timer: NotificationTimer, _ quality: MappingQuality) {
      (self.event, self.key, self.timer, self.quality) = (event, key, timer, quality)
    }
  }

  /// Limit of parked events: one more retires the one that was parked first. Each is a descriptor.
  @inlinable
  package static var capacity: Int { 24 }

  /// Slices that an event stays, while the guest goes on to use other counters. A guest that rotates events comes back
  /// to each after as many slices as it has sets of them.
  @inlinable
  package static var slicesKept: UInt64 { 8 }

  @usableFromInline var entries: UnsafeMutablePointer<Parked>?
  /// Bit n: entry n holds an event.
  @usableFromInline var used: UInt64 = 0
  @usableFromInline var order: UInt64 = 0
  @usableFromInline var slice: UInt64 = 0

  @inlinable
  init() {}

  /// Parks a disabled event.
  ///
  /// - Returns: the event that is retired for it, if the pool is full.
  @inlinable
  mutating func park(_ parked: Parked) -> HostEvent? {
    let entries = entries ?? .allocate(capacity: Self.capacity)
    self.entries = entries
    let retired = used == Self.full ? removeOldest() : nil
    let index = (~used).trailingZeroBitCount
    order &+= 1
    var parked = parked
    (parked.order, parked.slice) = (order, slice)
    (entries + index).initialize(to: parked)
    used |= 1 &<< UInt64(index)
    return retired
  }

  /// Takes an event that counts the same as `key`.
  @inlinable
  mutating func take(_ key: EventKey) -> Parked? {
    guard let entries, let index = (firstIndex { entries[$0].key == key }) else { return nil }
    used &= ~(1 &<< UInt64(index))
    return entries[index]
  }

  /// Removes one event that has stayed its time.
  ///
  /// - Parameter age: slices; 0: any event
  @inlinable
  mutating func remove(olderThan age: UInt64) -> HostEvent? {
    guard let entries, let index = (firstIndex { slice &- entries[$0].slice >= age }) else { return nil }
    used &= ~(1 &<< UInt64(index))
    return entries[index].event
  }

  /// Removes the event that was parked first.
  @inlinable
  mutating func removeOldest() -> HostEvent? {
    guard let entries, var oldest = (firstIndex { _ in true }) else { return nil }
    for index in 0..<Self.capacity where used & (1 &<< UInt64(index)) != 0 {
      if entries[index].order < entries[oldest].order { oldest = index }
    }
    used &= ~(1 &<< UInt64(oldest))
    return entries[oldest].event
  }

  @inlinable
  func firstIndex(where isWanted: (Int) -> Bool) -> Int? {
    var rest = used
    while rest != 0 {
      let index = rest.trailingZeroBitCount
      if isWanted(index) { return index }
      rest &= rest &- 1
    }
    return nil
  }

  @inlinable
  static var full: UInt64 { (1 &<< UInt64(capacity)) &- 1 }

  @inlinable
  func deallocate() { entries?.deallocate() }
}
