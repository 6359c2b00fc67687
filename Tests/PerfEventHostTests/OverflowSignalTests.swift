import CLinux
import Glibc
import Synchronization
import Testing

import PerfEventHost

extension Kernel {
  @Suite("Installing the overflow signal")
  struct OverflowSignalTests {
    @Test("only real-time signals are taken")
    func range() {
      let range = OverflowSignal.range
      for number in [0, SIGUSR1, SIGIO, range.lowerBound - 1, range.upperBound + 1, -1] {
        #expect(throws: OverflowSignalError.notRealTime(number: number, range: range)) {
          try OverflowSignal.install(number)
        }
      }
    }

    @Test("a signal that someone else handles is left alone")
    func taken() throws {
      let number = OverflowSignal.range.lowerBound + 11
      let before = Glibc.signal(number) { _ in }
      defer { _ = Glibc.signal(number, before) }
      #expect(throws: OverflowSignalError.taken(number: number)) { try OverflowSignal.install(number) }
    }

    @Test("where the signal is refused, SIGIO is left alone as well")
    func takenChangesNothing() throws {
      let number = OverflowSignal.range.lowerBound + 11
      let before = Glibc.signal(number) { _ in }
      defer { _ = Glibc.signal(number, before) }
      let sigio = Glibc.signal(SIGIO, SIG_IGN)
      defer { _ = Glibc.signal(SIGIO, sigio) }
      #expect(throws: OverflowSignalError.taken(number: number)) { try OverflowSignal.install(number) }
      var present = sigaction()
      #expect(sigaction(SIGIO, nil, &present) == 0)
      #expect(unsafeBitCast(present.__sigaction_handler.sa_handler, to: Int.self) == 1, "not SIG_IGN")
    }

    @Test("a second installation is no error, and an end lets it be installed again")
    func twice() throws {
      let number = OverflowSignal.range.lowerBound + 12
      let signal = try OverflowSignal.install(number)
      #expect(try OverflowSignal.install(number) == signal)
      signal.uninstall()
      #expect(try OverflowSignal.install(number) == signal)
      signal.uninstall()
    }

    @Test("a signal that no event sent is not taken for a notification")
    func forged() throws {
      let letters = Letters()
      let signal = try Kernel.signal()
      for fd in Int32(0)..<64 { _ = clinux_notification_register(4000 + fd, letters.mailbox.notificationWord, 1) }
      defer { for fd in Int32(0)..<64 { clinux_notification_clear(4000 + fd) } }
      var value = sigval()
      value.sival_int = 4000
      #expect(sigqueue(getpid(), signal.number, value) == 0)
      #expect(pthread_kill(pthread_self(), signal.number) == 0)
      #expect(letters.take() == 0)
    }

    @Test("once an entry is cleared, no handler on any thread touches its word")
    func clearingWaits() throws {
      let signal = try Kernel.signal()
      signal.unblockHere()
      let done = UnsafeMutablePointer<Atomic<Bool>>.allocate(capacity: 1)
      done.initialize(to: Atomic(false))
      nonisolated(unsafe) let isDone = done
      var thread = pthread_t()
      let error = pthread_create(
        &thread, nil,
        { argument in
          let isDone = argument?.assumingMemoryBound(to: Atomic<Bool>.self)
          let first = UnsafeMutablePointer<UInt64>.allocate(capacity: 2000)
          for place in 0..<2000 {
            let word = first + place
            word.initialize(to: 0)
            _ = clinux_notification_register(5000, word, 1)
            sched_yield()
            clinux_notification_clear(5000)
            // Not atomic: the thread sanitizer sees a handler that is still at it.
            word.pointee = 0
          }
          let touched = (0..<2000).count { first[$0] != 0 }
          first.deallocate()
          isDone?.pointee.store(true, ordering: .releasing)
          return UnsafeMutableRawPointer(bitPattern: touched)
        }, isDone)
      try #require(error == 0)
      while !isDone.pointee.load(ordering: .acquiring) { pthread_kill(pthread_self(), SIGIO) }
      var touched: UnsafeMutableRawPointer?
      pthread_join(thread, &touched)
      #expect(UInt(bitPattern: touched) == 0)
      done.deallocate()
    }

    @Test("descriptors beyond the table have no notifications")
    func beyondTheTable() {
      let letters = Letters()
      for fd in [Int32(-1), 65536, .max] {
        #expect(clinux_notification_register(fd, letters.mailbox.notificationWord, 1) == -EMFILE)
        clinux_notification_clear(fd)
      }
    }
  }
}
