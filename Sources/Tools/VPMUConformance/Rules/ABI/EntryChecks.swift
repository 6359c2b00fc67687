import CVPMU
import VPMULoader

/// The entry and the table that it returns.
extension ABIRules {
  static func returnsTable(_ subject: Subject) throws(Finding) {
    guard try Library(subject.path).entry()(Services().table) == nil else { return }
    let reports = Services.reports.map { ", and reported: \($0)" }.joined()
    throw .violated("the entry returned NULL\(reports)")
  }

  static func hasWholeStructs(_ subject: Subject) throws(Finding) {
    do {
      _ = try Plugin(linkedIn: Library(subject.path).entry())
    } catch let error as PluginLoadError {
      // Another complaint is another rule's.
      if case .structTooSmall(_, let name, let size, let minimum) = error {
        throw .violated("\(name) says it has \(size) bytes, version 1.0 of the ABI has \(minimum)")
      }
    } catch let finding as Finding {
      throw finding
    } catch {
      throw .violated("\(error)")
    }
  }

  static func speaksOneVersion(_ subject: Subject) throws(Finding) {
    let identity = try identity(subject)
    let table = try Library(subject.path).table()
    let abi = (major: table.pointee.abi_major, minor: table.pointee.abi_minor)
    guard abi != (identity.major, identity.minor) else { return }
    throw .violated("the table says \(abi.major).\(abi.minor), the section vpmu_abi says \(identity)")
  }

  static func hasCallbacks(_ subject: Subject) throws(Finding) {
    guard let ops = try Library(subject.path).table().pointee.ops?.pointee else { throw .violated("ops is NULL") }
    let required: [(name: String, isThere: Bool)] = [
      ("refresh", ops.refresh != nil), ("reset", ops.reset != nil), ("is_valid_msr", ops.is_valid_msr != nil),
      ("msr_idx_to_pmc", ops.msr_idx_to_pmc != nil), ("rdpmc_ecx_to_pmc", ops.rdpmc_ecx_to_pmc != nil),
      ("get_msr", ops.get_msr != nil), ("set_msr", ops.set_msr != nil),
      ("find_arch_event", ops.find_arch_event != nil), ("find_fixed_event", ops.find_fixed_event != nil),
    ]
    let missing = required.filter { !$0.isThere }.map(\.name)
    if !missing.isEmpty { throw .violated("NULL is \(missing.joined(separator: ", "))") }
  }

  static func tablesAreConstant(_ subject: Subject) throws(Finding) {
    let library = try Library(subject.path)
    let table = try library.table()
    let before = TableSnapshot(table)
    guard try library.table(Services()) == table else { throw .violated("the second call returned another pointer") }
    if let name = TableSnapshot(table).firstDifference(from: before) {
      throw .violated("\(name) changed at the second call")
    }
    guard subject.refusal == nil else { return }
    try CallbackExercise(subject: subject, layouts: [.current]).run { _, _, _ throws(Finding) in }
    if let name = TableSnapshot(table).firstDifference(from: before) {
      throw .violated("\(name) changed while the callbacks were used")
    }
  }

  static func isSilent(_ subject: Subject) throws(Finding) {
    let before = ProcessTraces()
    let printed: Int
    do {
      printed = try CapturedOutput.bytes { () throws(Finding) in _ = try Library(subject.path).table() }
    } catch {
      guard case .notApplicable = error else { throw error }
      return
    }
    let after = ProcessTraces()
    if after.threads > before.threads { throw .violated("it started \(after.threads - before.threads) thread(s)") }
    if after.hasChildren { throw .violated("it started a process") }
    if let left = after.descriptors.subtracting(before.descriptors).min() {
      throw .violated("it left descriptor \(left) open, on \(ProcessTraces.target(of: left))")
    }
    if printed > 0 { throw .violated("it printed \(printed) bytes") }
  }

  static func takesLongerServices(_ subject: Subject) throws(Finding) {
    let library = try Library(subject.path)
    guard try library.entry()(Services(unknown: 64).table) == nil else { return }
    throw .violated("the entry returned NULL for a services table with 64 bytes more than this header's")
  }

  static func loadsFast(_ subject: Subject) throws(Finding) {
    let start = ElapsedTime()
    _ = try Library(subject.path).table()
    let milliseconds = ElapsedTime().milliseconds(since: start)
    if milliseconds >= 100 { throw .violated("loading and the entry took \(milliseconds) ms") }
  }
}
