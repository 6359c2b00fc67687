import CVPMU
import Foundation
import Testing
import VPMUModel

@Suite("The register in docs/writing-a-model.md")
struct WritingAModelTests {
  @Test("is the one that is compiled here")
  func text() throws {
    let folder = URL(filePath: #filePath).deletingLastPathComponent()
    let source = try String(contentsOf: folder.appending(path: "SpecialRegisterExample.swift"), encoding: .utf8)
    let begin = try #require(source.range(of: "  // >>> WRITING\n"))
    let end = try #require(source.range(of: "  // <<< WRITING\n"))
    let document = folder.deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "docs/writing-a-model.md")
    let example = source[begin.upperBound..<end.lowerBound]
    #expect(try String(contentsOf: document, encoding: .utf8).contains("```swift\n\(example)```"))
  }

  @Test("keeps 16 bits, and leaves the others to the table")
  func behaviour() {
    let state = PMUState.allocate(capacity: 1)
    defer { state.deallocate() }
    state.initialize(to: vpmu_state())
    let model = SpecialRegisterExample()
    let note = MSRNumber(0x0001_5020)
    #expect(model.setMSR(note, 0xBEEF, origin: .guest, state).status == VPMU_DONE)
    #expect(model.setMSR(note, 0x1_0000, origin: .guest, state).status == VPMU_FAULT)
    let answer = model.getMSR(note, origin: .guest, state)
    #expect(answer.status == VPMU_DONE && answer.value == 0xBEEF)
    // A counter that this guest does not have, and a number of nobody.
    #expect(model.getMSR(MSRNumber(0x0001_5010), origin: .guest, state).status == VPMU_FAULT)
    #expect(model.getMSR(MSRNumber(0x10), origin: .guest, state).status == VPMU_UNHANDLED)
  }
}
