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
      // Other errors belong to other rules.
      if case .structTooSmall(_, let name, let size, let minimum) = error {
        throw .violated("the size of \(name) is \(size) bytes, that of version 1.0 of the ABI \(minimum)")
      }
    } catch let finding as Finding {
      throw finding
    } catch {
      throw .violated("\(error)")
    }
  }

  static func versionsAgree(_ subject: Subject) throws(Finding) {
    let identity = try identity(subject)
    let table = try Library(subject.path).table()
    let abi = (major: table.pointee.abi_major, minor: table.pointee.abi_minor)
    guard abi != (identity.major, identity.minor) else { return }
    throw .violated("the table has version \(abi.major).\(abi.minor), the section vpmu_abi \(identity)")
  }

  static func hasCallbacks(_ subject: Subject) throws(Finding) {
    guard let ops = try Library(subject.path).table().pointee.ops?.pointee else { throw .violated("ops is NULL") }
    if ops.refresh == nil { throw .violated("refresh is NULL") }
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

  static func hasNoSideEffects(_ subject: Subject) throws(Finding) {
    let before = ProcessResources()
    let printed: Int
    do {
      printed = try CapturedOutput.bytes { () throws(Finding) in _ = try Library(subject.path).table() }
    } catch {
      guard case .notApplicable = error else { throw error }
      return
    }
    let after = ProcessResources()
    if after.threads > before.threads { throw .violated("it started \(after.threads - before.threads) thread(s)") }
    if after.hasChildren { throw .violated("it started a process") }
    if let left = after.descriptors.subtracting(before.descriptors).min() {
      throw .violated("it left descriptor \(left) open, on \(ProcessResources.target(of: left))")
    }
    if printed > 0 { throw .violated("it printed \(printed) bytes") }
  }

  static func acceptsLongerServices(_ subject: Subject) throws(Finding) {
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
