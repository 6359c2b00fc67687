import Glibc
import VPMUBench

/// A bench's progress on standard error: one line that changes on a terminal, a line for each round elsewhere.
final class ProgressLine {
  private let isTerminal = isatty(STDERR_FILENO) != 0
  private var round = 0

  func show(_ progress: BenchProgress) {
    switch progress {
    case .note(let text):
      end()
      Output.note(text)
    case .turn(let round, let rounds, let title):
      if isTerminal {
        Output.write("\r\u{1B}[Kround \(round) of \(rounds): \(title)")
      } else if round != self.round {
        Output.note("round \(round) of \(rounds)")
      }
      self.round = round
    }
  }

  /// Leaves a clean line behind.
  func end() {
    if isTerminal && round > 0 { Output.write("\r\u{1B}[K") }
  }
}
