import PerfEventHost
import SeededRandom
import TestSupport
import Testing

@Suite("How many interrupts a guest may cause")
struct InterruptBudgetTests {
  private static let second: UInt64 = 1_000_000_000

  @Test("a burst is free, and the first interrupt beyond it doubles the shortest period")
  func burst() {
    var budget = InterruptBudget(rate: 1000, at: 5)
    #expect(budget.burst == 100)
    for _ in 0..<100 { budget.charge(1, at: 5) }
    #expect(!budget.isOverdrawn)
    #expect(budget.shortestPeriod(usual: 1000) == 1000)
    budget.charge(1, at: 5)
    #expect(budget.isOverdrawn)
    #expect(budget.shortestPeriod(usual: 1000) == 2000)
    budget.charge(7, at: 5)
    #expect(budget.shortestPeriod(usual: 1000) == 4000)
    budget.charge(0, at: 8_000_005)
    budget.charge(1, at: 8_000_005)
    #expect(budget.shortestPeriod(usual: 1000) == 8000, "the eight are a debt")
  }

  @Test("half full it halves them again, and full it is as new")
  func recovery() {
    var budget = InterruptBudget(rate: 1000, at: 0)
    budget.charge(100, at: 0)
    for _ in 0..<3 { budget.charge(1, at: 0) }
    #expect(budget.shortestPeriod(usual: 1) == 8)
    budget.charge(1, at: 54_000_000)
    #expect(budget.shortestPeriod(usual: 1) == 8, "54 tokens for 4 interrupts: not more than half full")
    budget.charge(1, at: 56_000_000)
    #expect(budget.shortestPeriod(usual: 1) == 4)
    budget.charge(0, at: Self.second)
    #expect(!budget.isOverdrawn)
    #expect(budget == InterruptBudget(rate: 1000, at: Self.second))
  }

  @Test("a debt that does not grow makes no period longer, and time pays it, whether or not it is looked at")
  func debt() {
    var budget = InterruptBudget(rate: 1000, at: 0)
    budget.charge(105, at: 0)
    #expect(budget.shortestPeriod(usual: 1) == 2)
    // Two come in the time of three.
    for n in 1...2 as ClosedRange<UInt64> { budget.charge(2, at: n * 3_000_000) }
    #expect(budget.shortestPeriod(usual: 1) == 2)
    #expect(budget.isOverdrawn(at: 6_000_000))
    #expect(!budget.isOverdrawn(at: Self.second))
    #expect(budget.isOverdrawn)
  }

  @Test("no number is too large for it, and no clock too wrong")
  func extremes() {
    for rate in [0, 1, 1_000_000, UInt32.max] {
      var budget = InterruptBudget(rate: rate, at: .max)
      #expect((1...1_000_000).contains(budget.rate) && budget.burst > 0)
      for _ in 0..<100 { budget.charge(.max, at: 0) }
      for usual in [1, 1000, 1 << 61, 1 << 62] as [UInt64] {
        #expect((usual...(.max >> 1)).contains(budget.shortestPeriod(usual: usual)))
        #expect(budget.shortestPeriod(usual: usual) >> 62 == 1)
      }
      budget = InterruptBudget(rate: rate, at: 0)
      budget.charge(.max, at: 0)
      budget.charge(0, at: .max)
      #expect(!budget.isOverdrawn)
    }
  }

  /// A guest whose events occur at a rate of their own, and that programs any period after each interrupt.
  @Test("whatever the periods are, interrupts stay within the burst and the rate")
  func anyGuest() {
    var random = SeededGenerator.fresh("interrupt budgets")
    for _ in 0..<50 {
      let rate = UInt32.random(in: 10...50_000, using: &random)
      var budget = InterruptBudget(rate: rate, at: 0)
      let occurrences = Double.random(in: 0.001...4, using: &random)
      let shortest = UInt64.random(in: 1...2000, using: &random)
      var now = 0.0
      var interrupts: UInt64 = 0
      while now < 3e9, interrupts < 500_000 {
        let wanted = UInt64.random(in: 1...(1 << UInt64.random(in: 1...24, using: &random)), using: &random)
        now += Double(max(wanted, budget.shortestPeriod(usual: shortest))) / occurrences
        interrupts += 1
        budget.charge(1, at: UInt64(now))
        // Debts end when they have doubled the shortest period often enough.
        let most = Double(budget.burst) + now / 1e9 * Double(rate) + 64
        guard Double(interrupts) <= most else {
          Issue.record("\(interrupts) interrupts in \(now) ns at a rate of \(rate)")
          return
        }
      }
    }
  }

  @Test("a guest that keeps to the rate is never late", arguments: [1, 10, 25_000, 999_999] as [UInt32])
  func modest(rate: UInt32) {
    var budget = InterruptBudget(rate: rate, at: 0)
    for n in 1...10_000 as ClosedRange<UInt64> {
      budget.charge(1, at: n * (Self.second / UInt64(rate) + 1))
      guard !budget.isOverdrawn else {
        Issue.record("late after \(n) interrupts")
        return
      }
    }
  }
}

extension Kernel {
  /// A counter that interrupts as often as the shortest period lets it, on the clock of this thread.
  @Suite(
    "A guest that samples too often", .enabled(if: Kernel.hasSoftwareEvents, "perf_event_open is refused here"))
  struct InterruptRateTests {
    private struct Sampling {
      var interrupts: UInt64 = 0
      var counted: UInt64 = 0
      var elapsed: UInt64 = 0
    }

    /// Samples for a while as a guest's handler does: pause, take the count, set the same period, go on.
    private func sample(_ host: PerfEventHost, _ letters: Letters, isRecreated: Bool) throws -> Sampling {
      var sampling = Sampling()
      let request = Kernel.request(.generalPurpose(0), .cycles, period: 100_000)
      var event = try host.create(request)
      let start = SystemCall.monotonicTime()
      while sampling.elapsed < 300_000_000 {
        KnownWork().run(rounds: 1000)
        sampling.elapsed = SystemCall.monotonicTime() - start
        guard letters.take() != 0 else { continue }
        sampling.interrupts += 1
        sampling.counted += host.pauseAndReset(event)
        if isRecreated {
          host.release(event)
          event = try host.create(request)
        } else {
          #expect(host.setPeriod(request.period, of: event))
          #expect(host.resume(event))
        }
      }
      sampling.counted += host.pauseAndReset(event)
      host.release(event)
      return sampling
    }

    private func host(_ letters: Letters, interruptsPerSecond: UInt32?) throws -> PerfEventHost {
      let host = try PerfEventHost(
        Kernel.capabilities,
        options: PerfEventOptions(
          source: .softwareClock, signal: try Kernel.signal(), interruptsPerSecond: interruptsPerSecond))
      host.attach(letters.attachment)
      host.bindToCurrentThread()
      return host
    }

    @Test("is interrupted as often as its budget says, counts on, and is seen to be late", arguments: [false, true])
    func late(isRecreated: Bool) throws {
      let letters = Letters()
      let host = try host(letters, interruptsPerSecond: 100)
      let sampling = try sample(host, letters, isRecreated: isRecreated)
      // A burst of ten, a hundred a second, and those that double the period beyond need.
      #expect(sampling.interrupts <= 10 + sampling.elapsed / 10_000_000 + 10)
      #expect(sampling.interrupts > 10)
      #expect(host.latePeriods > 0)
      #expect(sampling.counted <= sampling.elapsed)
      // What is not counted is what the loop itself takes, and what the host takes from this thread.
      #expect(sampling.counted > 0)
    }

    @Test("is not late without a budget")
    func unbounded() throws {
      let letters = Letters()
      let host = try host(letters, interruptsPerSecond: nil)
      _ = try sample(host, letters, isRecreated: false)
      #expect(host.latePeriods == 0 && !host.isOverBudget)
    }
  }
}
