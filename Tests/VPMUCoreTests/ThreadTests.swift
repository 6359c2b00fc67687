import Foundation
import IntelModel
import SimulatedHost
import Synchronization
import TestSupport
import Testing
import VPMUCore
import VPMUModel

/// Threads: each vPMU has its own, filters come from others.
struct ThreadTests {
  /// Hands a vPMU to another thread; the test sees to it that only one uses it at a time.
  private struct Handed<Value>: @unchecked Sendable {
    let value: Value
  }

  private func onAnotherThread(_ body: @escaping @Sendable () -> Void) {
    let done = DispatchSemaphore(value: 0)
    Thread.detachNewThread {
      body()
      done.signal()
    }
    done.wait()
  }

  @Test("a call from another thread is refused, until that thread binds the vPMU")
  func binding() throws {
    let guest = try makeGuest()
    try guest.write(Architectural.select0, Architectural.instructions)
    try guest.run(5)
    let handed = Handed(value: guest)
    let failures = Mutex<[String]>([])
    onAnotherThread {
      let guest = handed.value
      let report = { (text: String) in failures.withLock { $0.append(text) } }
      do {
        _ = try guest.vpmu.enter()
        report("an unbound thread was let in")
      } catch VPMUError.wrongThread {
      } catch { report("\(error)") }
      guest.vpmu.bind()
      if guest.host.liveEvents != 0 { report("events of the former thread live") }
      do {
        if try guest.read(Architectural.counter0) != 5 { report("the count was lost") }
        try guest.run(6)
        if try guest.read(Architectural.counter0) != 11 { report("counting did not go on") }
      } catch { report("\(error)") }
    }
    #expect(failures.withLock { $0 } == [])
    #expect(throws: VPMUError.wrongThread) { try guest.vpmu.enter() }
    guest.vpmu.bind()
    #expect(try guest.read(Architectural.counter0) == 11)
  }

  @Test("a new thread is another one, though it may have a dead thread's memory; binding keeps an emulated overflow")
  func threadsInSequence() throws {
    let guest = try makeGuest()
    let handed = Handed(value: guest)
    let failures = Mutex<[String]>([])
    onAnotherThread {
      let guest = handed.value
      guest.vpmu.bind()
      do {
        try guest.write(Architectural.counter0, 0 &- 1)
        try guest.write(Architectural.select0, Architectural.interruptingInstructions)
        _ = try guest.vpmu.enter()
        try guest.vpmu.emulated(Architectural.code, cpl: 3)
      } catch { failures.withLock { $0.append("\(error)") } }
    }
    for _ in 0..<20 {
      onAnotherThread {
        do {
          _ = try handed.value.vpmu.enter()
          failures.withLock { $0.append("an unbound thread was let in") }
        } catch VPMUError.wrongThread {} catch { failures.withLock { $0.append("\(error)") } }
      }
    }
    guest.vpmu.bind()
    #expect(guest.host.liveEvents == 0)
    #expect(try guest.vpmu.enter() == .injectPMI)
    #expect(failures.withLock { $0 } == [])
  }

  @Test("filters set from another thread reach every vCPU while it runs, without a lock on its path")
  func filterPublication() throws {
    let filter = VMEventFilter()
    let stop = Atomic(false)
    let deny = try EventFilter(action: .deny, entries: [0xC0], masked: false, fixedBitmap: 0, eventSelectMask: 0xFF)
    let allow = try EventFilter(action: .allow, entries: [0xC0], masked: false, fixedBitmap: 7, eventSelectMask: 0xFF)
    let failures = Mutex<[String]>([])
    let ready = DispatchSemaphore(value: 0)
    let done = DispatchSemaphore(value: 0)
    let vCPUs = 3
    withExtendedLifetime(filter) {
      for _ in 0..<vCPUs {
        Thread.detachNewThread {
          defer { done.signal() }
          do {
            let host = SimulatedHost(limits: .generous)
            let vpmu = try VirtualPMU(
              model: IntelModel(), configuration: IntelModel().declaration.presets[0].configuration, host: host,
              filter: filter)
            _ = try vpmu.writeMSR(Architectural.select0, Architectural.instructions)
            ready.signal()
            while !stop.load(ordering: .acquiring) {
              _ = try vpmu.enter()
              host.run(Architectural.code, ring: .user, count: 1)
            }
            // The last filter set denies: from here on nothing counts.
            _ = try vpmu.enter()
            let before = try vpmu.readMSR(Architectural.counter0)
            host.run(Architectural.code, ring: .user, count: 1)
            if try vpmu.readMSR(Architectural.counter0) != before { failures.withLock { $0.append("counted") } }
            if try vpmu.counterState(.generalPurpose(0)) != .filtered {
              failures.withLock { $0.append("not filtered") }
            }
          } catch { failures.withLock { $0.append("\(error)") } }
        }
      }
      for _ in 0..<vCPUs { ready.wait() }
      for round in 0..<2000 { filter.set(round % 3 == 0 ? nil : round % 3 == 1 ? allow : deny) }
      filter.set(deny)
      stop.store(true, ordering: .releasing)
      for _ in 0..<vCPUs { done.wait() }
    }
    #expect(failures.withLock { $0 } == [])
  }

  @Test("notifications posted by another thread are never lost")
  func notificationsFromElsewhere() throws {
    let guest = try makeGuest()
    try guest.write(Architectural.counter0, 0 &- 1)
    try guest.write(Architectural.select0, Architectural.interruptingInstructions)
    _ = try guest.vpmu.enter()
    nonisolated(unsafe) let host = guest.host
    let posted = DispatchSemaphore(value: 0)
    var interrupts = 0
    for round in 0..<200 {
      // To the first overflow, and then once around a counter of 48 bits.
      let count: UInt64 = round == 0 ? 1 : 1 << 48
      Thread.detachNewThread {
        host.run(Architectural.code, ring: .user, count: count)
        posted.signal()
      }
      posted.wait()
      if try guest.vpmu.enter() == .injectPMI { interrupts += 1 }
    }
    #expect(interrupts == 200)
  }
}
