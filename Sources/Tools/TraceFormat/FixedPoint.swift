/// A number with some decimal places, kept as an integer.
package struct FixedPoint: CustomStringConvertible {
  package var units: UInt64
  /// Places behind the point: `units` is in 10^-places.
  package var places: Int
  package var isNegative = false

  package init(hundredths: UInt64) {
    units = hundredths
    places = 2
  }

  package init(hundredths: Int64) {
    self.init(hundredths: hundredths.magnitude)
    isNegative = hundredths < 0
  }

  package init(thousandths: UInt64) {
    units = thousandths
    places = 3
  }

  package init(hundredThousandths: UInt64) {
    units = hundredThousandths
    places = 5
  }

  package init(whole: UInt64) {
    units = whole
    places = 0
  }

  package var description: String {
    let sign = isNegative ? "-" : ""
    guard places > 0 else { return sign + String(units) }
    let digits = String(units)
    let padded = String(repeating: "0", count: max(0, places + 1 - digits.count)) + digits
    return sign + padded.dropLast(places) + "." + padded.suffix(places)
  }
}
