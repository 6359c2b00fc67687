import CVPMU
import TestSupport
import Testing
import VPMUModel

@Suite("The counters of a shape")
struct CounterShapeTests {
  private static let absurd: [UInt32] = [0, 1, 3, 15, 16, 17, 32, 62, 63, 64, 255, 1 << 31, .max]
  private static let registers = RegisterFile([
    RegisterRange(.gpCounter, first: 0xC1, count: 10), RegisterRange(.fixedCounter, first: 0x309, count: 16),
  ])

  @Test("are never more, nor wider, than host, table and core allow", arguments: absurd, absurd)
  func clamped(count: UInt32, width: UInt32) {
    for limit in Self.absurd {
      for hostWidth in Self.absurd {
        let host = HostLimits(
          gpCounters: limit, fixedCounters: limit, gpWidth: hostWidth, fixedWidth: hostWidth, archEvents: 0)
        withState { state in
          let shape = CounterShape(count: count, width: width)
          state.setCounters(generalPurpose: shape, fixed: shape, host: host, registers: Self.registers)
          let bits = [width, hostWidth, 63].min() ?? 0
          let gp = bits == 0 ? 0 : [count, limit, 10].min() ?? 0
          let fixed = bits == 0 ? 0 : [count, limit, 16].min() ?? 0
          #expect(state.fields.gp_count == gp && state.fields.fixed_count == fixed)
          #expect(state.fields.gp_mask == (1 << UInt64(bits)) - 1 && state.fields.fixed_mask == state.fields.gp_mask)
          let counters = (0..<gp).map { UInt64(1) << UInt64($0) } + (0..<fixed).map { UInt64(1) << UInt64(32 + $0) }
          let all = counters.reduce(0, |)
          #expect(state.fields.all_valid == all)
          #expect(state.fields.global_control_reserved == ~all && state.fields.global_status_reserved == ~all)
        }
      }
    }
  }

  @Test(
    "have three control bits each if they are fixed",
    arguments: [(0, 0), (1, 0xB), (3, 0xBBB), (16, 0xBBBB_BBBB_BBBB_BBBB)])
  func fixedControl(count: UInt32, bits: UInt64) {
    withState { state in
      state.setCounters(
        generalPurpose: .none, fixed: CounterShape(count: count, width: 48),
        host: HostLimits(gpCounters: 16, fixedCounters: 16, gpWidth: 48, fixedWidth: 48, archEvents: 0),
        registers: Self.registers)
      #expect(state.fields.fixed_control_reserved == ~bits)
    }
  }

  @Test("leave what is not theirs alone")
  func rest() {
    withState { state in
      state.fields.version = 7
      state.fields.event_select_reserved = 5
      state.add(.globalControl)
      state.setCounters(
        generalPurpose: CounterShape(count: 2, width: 40), host: .generous, registers: Self.registers)
      #expect(state.fields.version == 7 && state.fields.event_select_reserved == 5)
      #expect(state.hasGlobalControl && state.generalPurposeCounters == 3)
    }
  }
}
