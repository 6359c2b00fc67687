import Testing
import VPMUConformance

@Suite("The shortest part of a list")
struct ShortestTests {
  @Test("keeps what is needed, in its order, and the last element", arguments: [1, 2, 3, 8, 37, 200])
  func keeps(count: Int) {
    let needed = [count / 3, count / 2].filter { $0 < count - 1 }
    let short = shortest(Array(0..<count)) { candidate in Set(needed).isSubset(of: candidate) }
    #expect(short == Set(needed).sorted() + [count - 1])
  }

  @Test("is the whole where every element is needed")
  func whole() {
    #expect(shortest(Array(0..<20)) { $0.count == 20 } == Array(0..<20))
  }

  @Test("is not looked for any further once the judge throws")
  func failure() {
    struct Failure: Error {}
    var asked = 0
    #expect(throws: Failure.self) {
      try shortest([1, 2, 3]) { _ throws(Failure) in
        asked += 1
        throw Failure()
      }
    }
    #expect(asked == 1)
  }
}
