import CLinux
import CLibc
import VPMUCore
import VPMUModel

extension PerfEventHost {
  /// A kernel event is made with this period and gets its own one afterwards: a short one may be refused at creation,
  /// or mean something else (branch tracing).
  private static let creationPeriod: UInt64 = 1 << 46

  public func create(_ request: EventRequest) throws(HostRefusal) -> HostEvent {
    let plan = try EventPlan(request, on: countable)
    guard freeSlots != 0 else { throw .capacity }
    let event = HostEvent(index: freeSlots.trailingZeroBitCount)
    switch plan {
    case .nothing: slots[event.index] = EventSlot()
    case .open(let kernelEvent):
      guard budget.admits(kernelEvent.generic) else { throw .capacity }
      let slot = try open(kernelEvent, for: request)
      if slot.failure == .errorState, let descriptor = slot.descriptor {
        close(descriptor, slot.page)
        throw .errorState
      }
      slots[event.index] = slot
      budget.enable(kernelEvent.generic)
    }
    freeSlots &= freeSlots &- 1
    return event
  }

  /// `none` if nothing is opened for such a request.
  public func quality(of request: EventRequest) -> MappingQuality {
    guard let plan = try? EventPlan(request, on: countable) else { return .none }
    return plan.quality(of: request, on: countable)
  }

  private func open(_ event: KernelEvent, for request: EventRequest) throws(HostRefusal) -> EventSlot {
    let attributes = clinux_event(
      type: event.type, flags: UInt32(CLINUX_EVENT_PINNED) | options.scope.exclusions(request.rings),
      config: event.config,
      sample_period: Self.creationPeriod)
    do throws(Errno) {
      let (descriptor, page) = try open(attributes)
      do throws(Errno) {
        var slot = EventSlot(
          descriptor: descriptor, isEnabled: true, neverStandsStill: event.neverStandsStill, page: page)
        slot.generic = event.generic
        if throttleWatch != nil { slot.id = try descriptor.id() }
        slot.shortestPeriod = shortestPeriod(of: event)
        guard setPeriod(request.period, of: descriptor, shortest: slot.shortestPeriod) else {
          throw Errno.invalidPeriod
        }
        try notify(request, of: descriptor)
        // Those were of another event with this descriptor's number.
        slot.notifications = clinux_notifications_of(descriptor.fd)
        try descriptor.enable()
        // ENABLE says nothing of an event that found no counter, and before Linux 6.15 nothing else does.
        if event.generic != nil || event.isRaw { slot.look(try descriptor.read()) }
        return slot
      } catch {
        close(descriptor, page)
        throw error
      }
    } catch {
      throw HostRefusal(errno: error.code)
    }
  }

  private func open(_ attributes: clinux_event) throws(Errno) -> (EventDescriptor, EventPage?) {
    guard readWay == .page else { return (try openWatched(attributes), nil) }
    let descriptor = try EventDescriptor.open(attributes)
    do throws(Errno) {
      return (descriptor, try EventPage(of: descriptor, withRing: options.watchesThrottling))
    } catch {
      // Locked memory is used up. Counts can be read without, and the events from now on share one ring.
      descriptor.close()
      readWay = .read
      return (try openWatched(attributes), nil)
    }
  }

  /// Its records go to the host's ring.
  private func openWatched(_ attributes: clinux_event) throws(Errno) -> EventDescriptor {
    startWatching()
    guard let output = throttleWatch?.output else { return try EventDescriptor.open(attributes) }
    do throws(Errno) {
      return try EventDescriptor.open(attributes, output: output)
    } catch {
      guard error.code == EINVAL else { throw error }
      // Either the event is refused as such, or this kernel lets no event write into another one's buffer. Counting
      // without noticing that it was throttled is better than not counting.
      let descriptor = try EventDescriptor.open(attributes)
      throttleWatch = nil
      return descriptor
    }
  }

  /// Every overflow is notified, whether or not the guest wants an interrupt: its status bit is set either way.
  private func notify(_ request: EventRequest, of descriptor: EventDescriptor) throws(Errno) {
    guard let signal = options.signal, let notificationWord else { return }
    try Errno.check(clinux_notification_register(descriptor.fd, notificationWord, request.pmc.bit))
    try descriptor.notify(thread: thread, by: signal.number)
  }

  public func release(_ event: HostEvent) {
    charge(&slots[event.index])
    let slot = slots[event.index]
    freeSlots |= 1 &<< UInt64(event.index)
    slots[event.index] = EventSlot()
    guard let descriptor = slot.descriptor else { return }
    if slot.isEnabled { budget.disable(slot.generic) }
    close(descriptor, slot.page)
  }

  /// A signal that is still under way must not find the next event that gets this descriptor's number: first the entry,
  /// then the descriptor.
  private func close(_ descriptor: EventDescriptor, _ page: EventPage?) {
    clinux_notification_clear(descriptor.fd)
    page?.unmap()
    descriptor.close()
  }
}
