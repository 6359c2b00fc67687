import AMDModel
import IntelModel
import KVMPMU
import TestSupport
import Testing
import VPMUModel

@Suite struct MSRFilterTests {
  @Test func `Every register that a model declares exits, and its neighbours do not`() {
    for declaration in [IntelModel().declaration, AMDModel().declaration] {
      let filter = MSRFilter([declaration])
      for range in declaration.ranges {
        for index in 0..<range.count {
          if let msr = range.register(index) { #expect(filter.contains(msr)) }
        }
      }
      #expect(!filter.contains(MSRNumber(0x10)) && !filter.contains(MSRNumber(0xC000_0080)))
    }
  }

  @Test func `Neighbours share a window, whose bitmap has a clear bit for each register`() throws {
    let windows = try MSRFilter(numbers: [0x100, 0x103, 0x10A, 0x5000]).windows()
    #expect(windows.map(\.first) == [0x100, 0x5000])
    #expect(windows.map(\.count) == [11, 1])
    #expect(windows[0].bitmap == [0b1111_0110, 0b1111_1011] + Array(repeating: 0xFF, count: 6))
    #expect(windows[1].bitmap == [0b1111_1110] + Array(repeating: 0xFF, count: 7))
  }

  @Test(arguments: [1, 63, 64, 65, 511, 512, 513] as [UInt32])
  func `A bitmap has all the bytes that KVM reads of it`(_ count: UInt32) throws {
    let window = try #require(try MSRFilter(numbers: 0x100..<0x100 + count).windows().first)
    #expect(window.count == count)
    #expect(window.bitmap.count == (Int(count) + 63) / 64 * 8)
  }

  @Test func `Both vendors' models fit into one VM`() throws {
    let filter = MSRFilter([IntelModel().declaration, AMDModel().declaration])
    #expect(try filter.windows().count <= MSRFilter.mostRanges)
  }

  @Test func `More ranges than KVM has are refused`() {
    let filter = MSRFilter(numbers: (0..<17).map { UInt32($0) * 0x10000 })
    #expect(throws: MSRFilterError.tooManyRanges(17)) { try filter.windows() }
  }

  @Test func `A window is never longer than KVM takes`() throws {
    let filter = MSRFilter(numbers: stride(from: UInt32(0), to: 0x8000, by: 0x200))
    for window in try filter.windows() { #expect(window.count <= MSRFilter.longestRange) }
  }

  @Test func `Filters merge`() {
    let merged = MSRFilter(numbers: [1, 2, 7]).merged(with: MSRFilter(numbers: [3, 0x20]))
    #expect(merged.ranges == [1...3, 7...7, 0x20...0x20])
  }
}
