import SeededRandom
import CVPMU
import Glibc
import TestSupport
import Testing
import VPMUModel

@Suite("The registers of a table")
struct RegisterFileTests {
  @Test("are those that the header describes, for any table, number, value and origin", arguments: 1...200)
  func reference(seed: Int) {
    var random = SeededGenerator(seed: UInt64(seed))
    let table = random.table()
    let file = RegisterFile(table)
    let reference = RegisterReference(ranges: table)
    withState { state in
      withState { other in
        for _ in 0..<3 {
          random.fill(state)
          for msr in numbers(near: table, &random) {
            other.fields = state.fields
            let difference = difference(file, reference, msr, state, other, &random)
            #expect(difference == nil, "seed \(seed), \(msr): \(difference ?? "")")
            guard difference == nil else { return }
          }
          for selector in selectors(near: table) {
            #expect(
              file.pmc(selector: selector, state.view) == reference.pmc(selector: selector, state.fields),
              "seed \(seed), ECX \(selector.rawValue)")
          }
        }
      }
    }
  }

  /// What the file and the reference say differently, nil if nothing.
  private func difference(
    _ file: RegisterFile, _ reference: RegisterReference, _ msr: MSRNumber, _ state: PMUState, _ other: PMUState,
    _ random: inout SeededGenerator
  ) -> String? {
    let snapshot = state.fields
    if file.isValid(msr, state.view) != reference.isValid(msr, snapshot) { return "existence" }
    if file.pmc(of: msr, state.view) != reference.pmc(of: msr, snapshot) { return "counter" }
    for origin in [AccessOrigin.guest, .host] {
      let (one, two) = (file.read(msr, origin: origin, state.view), reference.read(msr, other))
      if !isSame(one, two) { return "read by \(origin): \(one) and \(two)" }
      for value in [random.value(), random.value() & ~snapshot.global_status_reserved] {
        let (one, two) = (
          file.write(msr, value, origin: origin, state), reference.write(msr, value, origin, other)
        )
        if !isSame(one, two) { return "write of \(value) by \(origin): \(one) and \(two)" }
        if memcmp(state.pointer, other.pointer, MemoryLayout<vpmu_state>.size) != 0 {
          return "write of \(value) by \(origin): state"
        }
      }
    }
    return nil
  }

  private func isSame(_ one: ModelAnswer, _ two: ModelAnswer) -> Bool {
    let hasEqualValue = one.value == two.value || one.status == VPMU_FAULT
    return one.status == two.status && one.pmc == two.pmc && hasEqualValue
  }

  private func numbers(near table: [RegisterRange], _ random: inout SeededGenerator) -> [MSRNumber] {
    var numbers: Set<UInt32> = [0, .max, UInt32(truncatingIfNeeded: random.next())]
    for range in table {
      for distance in 0..<(range.count * range.stride + 8) { numbers.insert(range.first.rawValue &+ distance &- 4) }
    }
    return numbers.sorted().map { MSRNumber($0) }
  }

  private func selectors(near table: [RegisterRange]) -> [RDPMCSelector] {
    table.compactMap(\.rdpmcBase).flatMap { base in (0..<24).map { RDPMCSelector(base.rawValue &+ $0 &- 3) } }
  }
}

@Suite("A register table")
struct RegisterTableTests {
  @Test("of the most registers finds each of them and no other number")
  func largest() {
    let file = RegisterFile([RegisterRange(.other, first: 0x1000, count: 1 << 16, stride: 3)])
    withState { state in
      let wrong = (0..<UInt32(3 << 16)).filter {
        file.isValid(MSRNumber(0x1000 + $0), state.view) != $0.isMultiple(of: 3)
      }
      #expect(wrong.isEmpty)
      #expect(!file.isValid(MSRNumber(0xFFF), state.view) && !file.isValid(MSRNumber(0x1000 + 3 << 16), state.view))
    }
  }

  @Test("without a range claims nothing")
  func empty() {
    let file = RegisterFile([])
    withState { state in
      state.fields.all_valid = .max >> 1
      state.fields.features = .max
      for number in [0, 0xC1, .max] as [UInt32] {
        #expect(!file.isValid(MSRNumber(number), state.view))
        #expect(file.read(MSRNumber(number), origin: .guest, state.view).status == VPMU_UNHANDLED)
        #expect(file.write(MSRNumber(number), 1, origin: .host, state).status == VPMU_UNHANDLED)
        #expect(file.pmc(selector: RDPMCSelector(number), state.view) == nil)
      }
    }
    #expect(file.gpCounters == 0 && file.fixedCounters == 0)
  }

  @Test(
    "says how many counters have registers, from the first one on without a gap",
    arguments: [
      ([RegisterRange(.gpCounter, first: 1, count: 3)], 3, 0),
      ([RegisterRange(.gpCounter, first: 1, count: 40)], 16, 0),
      ([RegisterRange(.gpCounter, first: 1, count: 3, firstPMC: .generalPurpose(1))], 0, 0),
      ([RegisterRange(.fixedCounter, first: 1, count: 2), RegisterRange(.eventSelect, first: 9, count: 2)], 0, 2),
      (
        [
          RegisterRange(.gpCounter, first: 1, count: 2),
          RegisterRange(.gpCounter, first: 9, count: 4, firstPMC: .generalPurpose(2), features: .ofModel(3)),
        ], 6, 0
      ),
    ])
  func counters(ranges: [RegisterRange], generalPurpose: UInt32, fixed: UInt32) {
    let file = RegisterFile(ranges)
    #expect(file.gpCounters == generalPurpose && file.fixedCounters == fixed)
  }

  @Test("whose numbers are claimed twice gives them to the first range")
  func overlap() {
    let file = RegisterFile([
      RegisterRange(.globalStatus, first: 0x10), RegisterRange(.globalControl, first: 0x10, count: 2),
    ])
    withState { state in
      state.fields.global_status = 5
      state.fields.global_control = 7
      #expect(file.read(MSRNumber(0x10), origin: .guest, state.view).value == 5)
      #expect(file.read(MSRNumber(0x11), origin: .guest, state.view).value == 7)
    }
  }
}

@Suite struct SharedEnableTests {
  private let file = RegisterFile([
    RegisterRange(.eventSelect, first: 0x186, count: 2, traits: .sharedEnable),
    RegisterRange(.gpCounter, first: 0xC1, count: 2),
  ])
  private let enable: UInt64 = 1 << 22

  @Test func `The first enable bit of a shared range enables its counters, and requests a reprogram of each`() {
    withState { state in
      state.fields.all_valid = 3
      #expect(file.write(MSRNumber(0x187), 0x41_00C0, origin: .guest, state).status == VPMU_DONE)
      #expect(state.fields.locally_enabled == 0)
      state.fields.reprogram = 0
      #expect(file.write(MSRNumber(0x186), 0x41_00C0, origin: .guest, state).status == VPMU_DONE)
      #expect(state.fields.locally_enabled == 3 && state.fields.reprogram == 3)
      state.fields.reprogram = 0
      #expect(file.write(MSRNumber(0x187), 0x01_00C0, origin: .guest, state).status == VPMU_DONE)
      #expect(state.fields.locally_enabled == 3 && state.fields.reprogram == 2)
      #expect(file.write(MSRNumber(0x186), 0x01_00C0, origin: .guest, state).status == VPMU_DONE)
      #expect(state.fields.locally_enabled == 0 && state.fields.reprogram == 3)
    }
  }

  @Test func `A constant reads its word of the shape, and only the host may write the same value`() {
    let file = RegisterFile([RegisterRange(.constant, first: 0x345, count: 2, word: 2)])
    withState { state in
      state.fields.model_shape = (1, 2, 0x2000, 4)
      #expect(file.read(MSRNumber(0x345), origin: .guest, state.view).value == 0x2000)
      #expect(file.read(MSRNumber(0x346), origin: .guest, state.view).value == 4)
      #expect(file.write(MSRNumber(0x345), 0x2000, origin: .guest, state).status == VPMU_FAULT)
      #expect(file.write(MSRNumber(0x345), 0x2000, origin: .host, state).status == VPMU_DONE)
      #expect(file.write(MSRNumber(0x345), 0, origin: .host, state).status == VPMU_FAULT)
    }
  }
}
