import Testing
import VPMUConformance

@Suite("The shortest part of a list")
struct ShortestTests {
  @Test(
    "The shortest part of a list keeps the elements that are needed, in their order, and the last one",
    arguments: [1, 2, 3, 8, 37, 200])
  func keeps(count: Int) {
    let needed = [count / 3, count / 2].filter { $0 < count - 1 }
    let short = shortest(Array(0..<count)) { candidate in Set(needed).isSubset(of: candidate) }
    #expect(short == Set(needed).sorted() + [count - 1])
  }

  @Test("The shortest part of a list is the whole list where every element is needed")
  func whole() {
    #expect(shortest(Array(0..<20)) { $0.count == 20 } == Array(0..<20))
  }

  @Test("An error of the condition ends the search for the shortest part")
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
