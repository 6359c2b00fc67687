import CVPMU
import VPMULoader

/// The file, before and while it is loaded.
extension ABIRules {
  static func isSharedLibrary(_ subject: Subject) throws(Finding) {
    do {
      _ = try ELFImage(FileBytes.read(subject.path))
    } catch let refusal as ELFImage.Refusal {
      switch refusal {
      case .notELF: throw .violated("it is no ELF file")
      case .damaged(let reason), .wrongKind(let reason): throw .violated(reason)
      case .wrongArchitecture(let found): throw .violated("it is built for \(found)")
      }
    } catch let finding as Finding {
      throw finding
    } catch {
      throw .violated("\(error)")
    }
  }

  static func hasIdentity(_ subject: Subject) throws(Finding) {
    let abi = try identity(subject)
    guard abi.major == VPMU_ABI_MAJOR else {
      throw .violated("the section vpmu_abi has major version \(abi.major), this kit is for \(VPMU_ABI_MAJOR)")
    }
  }

  /// The contents of the section vpmu_abi.
  static func identity(_ subject: Subject) throws(Finding) -> PluginABI {
    let bytes = try FileBytes.read(subject.path)
    do {
      return try PluginFile.abi(of: bytes, path: subject.path)
    } catch {
      if case .notAPlugin(_, let reason) = error { throw .violated(reason) }
      throw .violated(error.reason)
    }
  }

  static func loadsAtOnce(_ subject: Subject) throws(Finding) { _ = try Library(subject.path) }

  static func exportsEntry(_ subject: Subject) throws(Finding) {
    guard try Library(subject.path).exportedEntry == nil else { return }
    throw .violated("dlsym finds no vpmu_plugin_entry_v\(VPMU_ABI_MAJOR)")
  }

  static func exportsNothingElse(_ subject: Subject) throws(Finding) {
    let names = DynamicSymbols.exported(by: try FileBytes.read(subject.path))
    let others = names.filter { !DynamicSymbols.isExpected($0) }
    guard let first = others.first else { return }
    throw .violated("it exports \(others.count) other symbols, such as \(first)")
  }
}
