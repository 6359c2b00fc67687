import CVPMU
import VPMUModel

/// The format of a saved state.
///
/// | bytes | content |
/// |---|---|
/// | 8 | `VPMUSTAT` |
/// | 4 | the format's level, 1 |
/// | 4 | length of the whole in bytes |
/// | … | groups, each: a tag of 4 ASCII letters, the length of its content (4), the content |
/// | 4 | CRC-32 (IEEE 802.3) of all bytes before |
///
/// Numbers are little-endian. Each group stands once, in any order:
///
/// | tag | content: numbers of 4 bytes, then numbers of 8 bytes |
/// |---|---|
/// | `MODL` | length of the model's id and the id in UTF-8, length of its version and the version |
/// | `SHAP` | version, gp_count, fixed_count, 0; features, gp_mask, fixed_mask, all_valid, the reserved bits of event select, fixed control, global control and global status, four words of model_shape |
/// | `REGS` | fixed_control, global_control, global_status, four words of model_words |
/// | `CNTR` | for each counter: PMC index, 0; value, event select |
/// | `PEND` | pmi_pending, need_cleanup; in_use, interrupts |
///
/// The names are those of `vpmu_state`. A later level may have more groups; a reader refuses one that it does not know.
extension SavedState {
  static let magic = Array("VPMUSTAT".utf8)
  static let level: UInt32 = 1
  /// No state is longer.
  static let longest = 4096

  enum Tag: String, CaseIterable {
    case model = "MODL"
    case shape = "SHAP"
    case registers = "REGS"
    case counters = "CNTR"
    case pending = "PEND"
  }

  public var bytes: [UInt8] {
    var whole = ByteWriter()
    whole.bytes += Self.magic
    whole.add(Self.level)
    whole.add(UInt32(0))
    for tag in Tag.allCases {
      let content = content(of: tag)
      whole.bytes += Array(tag.rawValue.utf8)
      whole.add(UInt32(truncatingIfNeeded: content.count))
      whole.bytes += content
    }
    whole.replace(at: 12, UInt32(truncatingIfNeeded: whole.bytes.count + 4))
    whole.add(CRC32.of(whole.bytes))
    return whole.bytes
  }

  private func content(of tag: Tag) -> [UInt8] {
    var content = ByteWriter()
    switch tag {
    case .model:
      content.add(model)
      content.add(modelVersion)
    case .shape:
      content.add(state.version, state.gp_count, state.fixed_count, 0)
      content.add(state.features, state.gp_mask, state.fixed_mask, state.all_valid)
      content.add(
        state.event_select_reserved, state.fixed_control_reserved, state.global_control_reserved,
        state.global_status_reserved)
      content.add(state.model_shape)
    case .registers:
      content.add(state.fixed_control, state.global_control, state.global_status)
      content.add(state.model_words)
    case .counters:
      for pmc in PMCSet(state.all_valid) {
        let counter = state.counter(pmc)
        content.add(pmc.rawValue, 0)
        content.add(counter.base, counter.selector)
      }
    case .pending:
      content.add(state.pmi_pending, state.need_cleanup)
      content.add(state.in_use & state.all_valid, state.interrupts & state.all_valid)
    }
    return content.bytes
  }

  /// - Throws: ``SavedStateError/damaged(reason:)``, ``SavedStateError/newer(reason:)``,
  ///   ``SavedStateError/impossible(reason:)`` for counters that it does not have
  public init(bytes: some Collection<UInt8>) throws(SavedStateError) {
    let bytes = Array(bytes.prefix(Self.longest + 1))
    let groups = try Self.groups(of: bytes)
    var state = vpmu_state()
    var model = ("", "")
    for tag in Tag.allCases {
      guard let content = groups.first(where: { $0.tag == tag })?.content else {
        throw .damaged(reason: "it has no group \(tag.rawValue)")
      }
      var reader = ByteReader(content)
      switch tag {
      case .model: model = (reader.text(), reader.text())
      case .shape: Self.readShape(&reader, into: &state)
      case .registers:
        (state.fixed_control, state.global_control, state.global_status) = (reader.u64(), reader.u64(), reader.u64())
        state.model_words = reader.words()
      case .counters: try Self.readCounters(&reader, into: &state)
      case .pending:
        (state.pmi_pending, state.need_cleanup) = (reader.u32(), reader.u32())
        (state.in_use, state.interrupts) = (reader.u64(), reader.u64())
      }
      guard reader.isAtEnd, !reader.isCutOff else {
        throw .damaged(reason: "its group \(tag.rawValue) has another length")
      }
    }
    self.init(model: model.0, modelVersion: model.1, state: state)
  }

  private static func groups(of bytes: [UInt8]) throws(SavedStateError) -> [(tag: Tag, content: ArraySlice<UInt8>)] {
    guard bytes.starts(with: magic) else { throw .damaged(reason: "it does not begin as one") }
    var reader = ByteReader(bytes[magic.count...])
    let (level, length) = (reader.u32(), reader.u32())
    guard !reader.isCutOff else { throw .damaged(reason: "it is cut off") }
    guard level == Self.level else {
      throw .newer(reason: "format level \(level), and this library reads level \(Self.level)")
    }
    guard bytes.count <= longest, length >= 20, Int(length) <= bytes.count else {
      throw .damaged(reason: "it has \(bytes.count) bytes, and says \(length)")
    }
    guard Int(length) == bytes.count else { throw .damaged(reason: "more bytes follow it") }
    var checksum = ByteReader(bytes[(bytes.count - 4)...])
    guard checksum.u32() == CRC32.of(bytes.dropLast(4)) else { throw .damaged(reason: "its checksum is another one") }
    reader = ByteReader(bytes[16..<(bytes.count - 4)])
    var groups: [(tag: Tag, content: ArraySlice<UInt8>)] = []
    while !reader.isAtEnd {
      let name = reader.take(4)
      let content = reader.take(Int(reader.u32()))
      guard !reader.isCutOff else { throw .damaged(reason: "a group is cut off") }
      guard let tag = Tag.allCases.first(where: { name.elementsEqual($0.rawValue.utf8) }) else {
        throw .newer(reason: "it has a group that this library does not know")
      }
      guard !groups.contains(where: { $0.tag == tag }) else {
        throw .damaged(reason: "it has the group \(tag.rawValue) twice")
      }
      groups.append((tag, content))
    }
    return groups
  }

  private static func readShape(_ reader: inout ByteReader, into state: inout vpmu_state) {
    (state.version, state.gp_count, state.fixed_count) = (reader.u32(), reader.u32(), reader.u32())
    _ = reader.u32()
    (state.features, state.gp_mask, state.fixed_mask) = (reader.u64(), reader.u64(), reader.u64())
    (state.all_valid, state.event_select_reserved) = (reader.u64(), reader.u64())
    (state.fixed_control_reserved, state.global_control_reserved) = (reader.u64(), reader.u64())
    state.global_status_reserved = reader.u64()
    state.model_shape = reader.words()
  }

  private static func readCounters(_ reader: inout ByteReader, into state: inout vpmu_state) throws(SavedStateError) {
    var read: UInt64 = 0
    while !reader.isAtEnd, !reader.isCutOff {
      let index = reader.u32()
      _ = reader.u32()
      let counter = vpmu_counter(base: reader.u64(), emulated: 0, selector: reader.u64())
      guard !reader.isCutOff else { return }
      let bit = index < 64 ? PMCIndex(rawValue: index).bit : 0
      guard bit & state.all_valid & ~read != 0 else {
        throw .impossible(reason: "the counter \(index) is not there, or stands twice")
      }
      read |= bit
      state.setCounter(PMCIndex(rawValue: index), counter)
    }
    guard read == state.all_valid else { throw .impossible(reason: "not all counters are there") }
  }
}

extension vpmu_state {
  func counter(_ pmc: PMCIndex) -> vpmu_counter {
    withUnsafeBytes(of: counters) { bytes in
      bytes.bindMemory(to: vpmu_counter.self)[pmc.position]
    }
  }

  mutating func setCounter(_ pmc: PMCIndex, _ counter: vpmu_counter) {
    withUnsafeMutableBytes(of: &counters) { bytes in
      bytes.bindMemory(to: vpmu_counter.self)[pmc.position] = counter
    }
  }
}
