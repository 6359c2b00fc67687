/// A short part of `elements` for which `holds` is true, as it must be for the whole: pieces are removed, halves first
/// and single elements last, until none can be removed. The last element stays.
///
/// `holds` is called a few times the number of elements, and a few times more for each that stays.
///
/// - Parameter mayGo: whether an element can be removed
package func shortest<Element, Failure: Error>(
  _ elements: [Element], removing mayGo: (Element) -> Bool = { _ in true },
  where holds: ([Element]) throws(Failure) -> Bool
) throws(Failure) -> [Element] {
  var best = elements
  var piece = max(best.count / 2, 1)
  while true {
    var hasShrunk = false
    // From the end: the last elements are the most likely to be needed.
    var end = best.count - 1
    while end > 0 {
      let start = max(end - piece, 0)
      let candidate = best[..<start] + best[start..<end].filter { !mayGo($0) } + best[end...]
      if candidate.count < best.count, try holds(Array(candidate)) {
        hasShrunk = true
        best = Array(candidate)
      }
      end = start
    }
    if piece > 1 { piece /= 2 } else if !hasShrunk { return best }
  }
}
