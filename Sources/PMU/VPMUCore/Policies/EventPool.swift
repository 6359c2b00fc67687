import VPMUModel

/// Host events that no counter uses now, suspended, each under what it counts: the next counter of this vCPU that asks for the same
/// takes it over.
///
/// It takes memory when the first event is parked, not before.
@frozen
public struct EventPool<Event: BitwiseCopyable> {
  @frozen
  @usableFromInline
  struct Parked: BitwiseCopyable {
    @usableFromInline var event: Event
    @usableFromInline var key: EventKey
    @usableFromInline var clock: AlarmClock
    @usableFromInline var quality: MappingQuality
    /// The order of parking, and the slice.
    @usableFromInline var turn: UInt64
    @usableFromInline var slice: UInt64

    @inlinable
    init(_ event: Event, _ key: EventKey, _ clock: AlarmClock, _ quality: MappingQuality, turn: UInt64, slice: UInt64) {
      (self.event, self.key, self.clock, self.quality) = (event, key, clock, quality)
      (self.turn, self.slice) = (turn, slice)
    }
  }

  /// Most events parked: one more retires the one that was parked first. Each is a descriptor.
  public static var capacity: Int { 24 }

  /// Slices that an event stays, while the guest goes on to use other counters. A guest that rotates events comes back to each
  /// after as many slices as it has sets of them.
  public static var slicesKept: UInt64 { 8 }

  @usableFromInline var places: UnsafeMutablePointer<Parked>?
  /// Bit n: place n holds an event.
  @usableFromInline var used: UInt64 = 0
  @usableFromInline var turn: UInt64 = 0
  @usableFromInline var slice: UInt64 = 0

  @inlinable
  init() {}

  /// Parks a suspended event.
  ///
  /// - Returns: the one that has to go for it, if all places are taken.
  @inlinable
  mutating func park(_ event: Event, _ key: EventKey, _ clock: AlarmClock, _ quality: MappingQuality) -> Event? {
    let places = places ?? .allocate(capacity: Self.capacity)
    self.places = places
    let retired = used == Self.all ? removeOldest() : nil
    let place = (~used).trailingZeroBitCount
    turn &+= 1
    (places + place).initialize(to: Parked(event, key, clock, quality, turn: turn, slice: slice))
    used |= 1 &<< UInt64(place)
    return retired
  }

  /// Takes an event that counts what `key` says.
  @inlinable
  mutating func take(_ key: EventKey) -> Parked? {
    guard let places, let place = (firstPlace { places[$0].key == key }) else { return nil }
    used &= ~(1 &<< UInt64(place))
    return places[place]
  }

  /// Removes one event that has stayed its time.
  ///
  /// - Parameter age: slices; 0: any event
  @inlinable
  mutating func remove(olderThan age: UInt64) -> Event? {
    guard let places, let place = (firstPlace { slice &- places[$0].slice >= age }) else { return nil }
    used &= ~(1 &<< UInt64(place))
    return places[place].event
  }

  /// Removes the event that was parked first.
  @inlinable
  mutating func removeOldest() -> Event? {
    guard let places, var oldest = (firstPlace { _ in true }) else { return nil }
    for place in 0..<Self.capacity where used & (1 &<< UInt64(place)) != 0 {
      if places[place].turn < places[oldest].turn { oldest = place }
    }
    used &= ~(1 &<< UInt64(oldest))
    return places[oldest].event
  }

  @inlinable
  func firstPlace(where isWanted: (Int) -> Bool) -> Int? {
    var rest = used
    while rest != 0 {
      let place = rest.trailingZeroBitCount
      if isWanted(place) { return place }
      rest &= rest &- 1
    }
    return nil
  }

  @inlinable
  static var all: UInt64 { (1 &<< UInt64(capacity)) &- 1 }

  @inlinable
  func deallocate() { places?.deallocate() }
}
