import VPMUTrace

import GuestPerf

/// Results for people: a block for each guest and usage, a line for each policy.
public enum BenchTable {
  public static func text(_ report: BenchReport) -> String {
    var blocks = [heading(report)]
    var rest = report.results[...]
    while let first = rest.first {
      let block = rest.prefix { $0.vendor == first.vendor && $0.model == first.model && $0.usage == first.usage }
      rest = rest.dropFirst(block.count)
      blocks.append(text(Array(block)))
    }
    return blocks.joined(separator: "\n\n")
  }

  private static func heading(_ report: BenchReport) -> String {
    let clock =
      report.results.first?.guest == "kvm"
      ? "times in ns, by the guest's time stamp counter; each contains one reading of it, \(report.clockCost) ns"
      : "times in ns; each contains one reading of the clock, \(report.clockCost) ns"
    var lines = wrapped("host: \(report.hostReason)", at: " ", indentation: 0) + [clock]
    lines += report.excluded.map { "not used: \($0)" }
    lines += report.skipped.map { "not measured: \($0)" }
    return lines.joined(separator: "\n")
  }

  private static func text(_ block: [BenchResult]) -> String {
    guard let first = block.first else { return "" }
    let timed = first.usage == .count ? "one read" : "guest's PMI handler"
    var lines = ["\(first.vendor) \(first.model), \(first.usage.rawValue) on \(first.host)\(place(first)): \(timed)"]
    lines +=
      first.events.isEmpty ? [] : wrapped("events: " + first.events.joined(separator: ", "), at: ",", indentation: 2)
    lines += aligned([columns(first.usage)] + block.map(row)).map { "  " + $0 }
    let each = first.usage.samples ? "per PMI" : "per read"
    lines += aligned([steadyColumns.enumerated().map { $0 < 2 ? $1 : "\($1) \(each)" }] + block.map(steady)).map {
      "  " + $0
    }
    lines += aligned(block.map { [$0.policy.rawValue + " created for:"] + causes($0) }).map { "  " + $0 }
    lines += aligned([operationColumns] + block.map(operations)).map { "  " + $0 }
    lines += aligned(kvm(block, first.usage)).map { "  " + $0 }
    for result in block { lines += result.notes.map { "  ! \(result.policy.rawValue): \($0)" } }
    return lines.joined(separator: "\n")
  }

  private static func place(_ result: BenchResult) -> String { result.kvm == nil ? "" : ", guest behind /dev/kvm" }

  /// What was asked of KVM; nothing of a guest on a thread.
  private static func kvm(_ block: [BenchResult], _ usage: Usage) -> [[String]] {
    let rows = block.compactMap { result in
      result.kvm.map { kvm in
        [
          result.policy.rawValue, result.exitsPerPMI.map { "\(FixedPoint(hundredths: $0))" } ?? "-", "\(kvm.exitTime)",
        ] + kvm.costs.named.map { "\($0.count)" }
      }
    }
    guard !rows.isEmpty else { return [] }
    let names = KVMCosts().named.map { $0.name.map { $0 == "_" ? " " : "\($0)" }.joined() }
    return [["kvm", "exits/" + (usage.samples ? "PMI" : "read"), "ns/exit"] + names] + rows
  }

  private static func columns(_ usage: Usage) -> [String] {
    [
      "policy", usage.samples ? "PMIs" : "reads", "min", "median", "mean", "p99", "vs recreate", "created",
      "vs recreate", "reused", "released", "held after", "rotations", "host ops/" + (usage.samples ? "PMI" : "read"),
    ]
  }

  private static let steadyColumns = ["steady", "created", "system calls", "interrupts"]

  private static func steady(_ result: BenchResult) -> [String] {
    func text(_ hundredths: UInt64?) -> String { hundredths.map { "\(FixedPoint(hundredths: $0))" } ?? "-" }
    return [
      result.policy.rawValue, result.steady.map { "\($0.created)" } ?? "-", text(result.steady?.systemCallsPerPMI),
      text(result.steady?.interruptsPerPMI),
    ]
  }

  private static func row(_ result: BenchResult) -> [String] {
    let comparison = result.policy == .recreate ? nil : result.comparison
    return [
      result.policy.rawValue, "\(result.pmis)", "\(result.handler.minimum)", "\(result.handler.median)",
      "\(result.handler.mean)", "\(result.handler.p99)", comparison.map { factor($0.handlerMedian) } ?? "-",
      "\(result.created)", comparison.map { change($0.created) } ?? "-", "\(result.reused)",
      "\(result.released)", "\(result.heldAfter)", "\(result.rotations)",
      "\(FixedPoint(hundredths: result.hostOperationsPerPMI))",
    ]
  }

  private static func causes(_ result: BenchResult) -> [String] {
    CreationCause.allCases.map { cause in
      "\(cause.name.map { $0 == "_" ? " " : "\($0)" }.joined()) \(result.causes[cause])"
    }
  }

  private static var operationColumns: [String] { ["ns each"] + HostOperation.allCases.map(\.name) }

  private static func operations(_ result: BenchResult) -> [String] {
    [result.policy.rawValue] + HostOperation.allCases.map { result.operations.meanTime($0).map { "\($0)" } ?? "-" }
  }

  /// `x0.46`: the median in proportion.
  private static func factor(_ thousandths: UInt64) -> String { "x\(FixedPoint(hundredths: (thousandths + 5) / 10))" }

  /// `-99.51 %`.
  private static func change(_ hundredThousandths: UInt64) -> String {
    let half: UInt64 = 5
    guard hundredThousandths < 100_000 else {
      return "+\(FixedPoint(hundredths: (hundredThousandths - 100_000 + half) / 10)) %"
    }
    // Never rounded up to "all".
    return "-\(FixedPoint(hundredths: (100_000 - hundredThousandths) / 10)) %"
  }

  /// Columns as wide as their widest cell: the first one to the left, the others to the right.
  static func aligned(_ rows: [[String]]) -> [String] {
    let count = rows.map(\.count).max() ?? 0
    let widths = (0..<count).map { column in rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0 }
    return rows.map { row in
      row.enumerated().map { column, cell in
        let padding = String(repeating: " ", count: widths[column] - cell.count)
        return column == 0 ? cell + padding : padding + cell
      }.joined(separator: "  ")
    }
  }

  /// Lines of at most 120 columns, broken at a separator; all but the first are indented by two more.
  private static func wrapped(_ text: String, at separator: Character, indentation: Int) -> [String] {
    var lines: [String] = []
    var line = String(repeating: " ", count: indentation)
    for word in text.split(separator: separator, omittingEmptySubsequences: false) {
      if line.count + word.count > 118 {
        lines.append(line)
        line = String(repeating: " ", count: indentation + 2)
      }
      line += line.allSatisfy { $0 == " " } ? word.drop { $0 == " " } : "\(separator)\(word)"
    }
    return lines + [line]
  }
}
