import VPMUModel
import VPMUTrace

/// What a plugin costs: to load, and for each callback on the path of a guest's access.
public struct PluginCost: Sendable {
  public var name: String
  /// ``ModelDeclaration/id``
  public var id: String
  public var path: String
  /// In ns: the file's checks, dlopen, the entry, its tables. Of the first load in this process.
  public var loadTime: UInt64
  public var callbacks: [CallbackCost]

  /// What loading may cost, in ns.
  public static let loadBar: UInt64 = 1_000_000

  public init(_ declaration: ModelDeclaration, path: String, loadTime: UInt64, callbacks: [CallbackCost]) {
    name = declaration.name
    id = declaration.id
    self.path = path
    self.loadTime = loadTime
    self.callbacks = callbacks
  }

  public var isLoadWithinBar: Bool { loadTime < Self.loadBar }

  public var areCallbacksWithinBar: Bool { callbacks.allSatisfy(\.isWithinBar) }
}

extension PluginCost {
  /// For programs: one JSON object, without a line feed. Times in ns; `over_plain_ns` is the difference of the medians.
  public var json: String {
    var object = JSONWriter()
    object.string("plugin", name)
    object.string("id", id)
    object.string("file", path)
    object.string("load", "first in this process")
    object.count("load_ns", loadTime)
    object.count("load_bar_ns", Self.loadBar)
    object.bool("load_within_bar", isLoadWithinBar)
    object.objects("callbacks", callbacks.map(\.json))
    object.number("callback_bar_ns", FixedPoint(hundredths: UInt64(CallbackCost.bar)))
    object.bool("callbacks_within_bar", areCallbacksWithinBar)
    object.bool("optimised", BoundaryCost.isOptimised)
    return object.finished
  }

  /// For people.
  public var table: String {
    let load =
      "  loaded in \(FixedPoint(thousandths: loadTime / 1000)) ms, the first time in this process: "
      + verdict(isLoadWithinBar, "less than 1 ms")
    let columns = ["callback, ns", "best", "median", "plain C: best", "median", "over plain"]
    let rows = callbacks.map { cost in
      [
        cost.callback.rawValue, "\(FixedPoint(hundredths: cost.time.best))",
        "\(FixedPoint(hundredths: cost.time.median))", "\(FixedPoint(hundredths: cost.plain.best))",
        "\(FixedPoint(hundredths: cost.plain.median))", "\(FixedPoint(hundredths: cost.overPlain))",
      ]
    }
    let lines = ["\(name) (\(path))", load] + BenchTable.aligned([columns] + rows).map { "  " + $0 }
    return (lines + ["  " + verdict(areCallbacksWithinBar, "less than 3 ns over a plain C call, by the medians")])
      .joined(separator: "\n")
  }

  private func verdict(_ isMet: Bool, _ bar: String) -> String { isMet ? "\(bar): met" : "NOT \(bar)" }
}

extension CallbackCost {
  fileprivate var json: JSONWriter {
    var object = JSONWriter()
    object.string("name", callback.rawValue)
    object.number("ns_best", FixedPoint(hundredths: time.best))
    object.number("ns_median", FixedPoint(hundredths: time.median))
    object.number("plain_ns_best", FixedPoint(hundredths: plain.best))
    object.number("plain_ns_median", FixedPoint(hundredths: plain.median))
    object.number("over_plain_ns", FixedPoint(hundredths: overPlain))
    object.bool("within_bar", isWithinBar)
    return object
  }
}
