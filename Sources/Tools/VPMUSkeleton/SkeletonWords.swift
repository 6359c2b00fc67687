/// What an author chooses for a new plugin, checked; it stands in the files for `{{word}}`.
struct SkeletonWords {
  /// What placeholders stand for.
  private(set) var values: [Substring: String]

  /// - Parameters:
  ///   - vendor: nil: the name, again and again, as far as it fits
  ///   - id: nil: one below `org.example.pmu`
  init(name: String, vendor: String?, id: String?) throws(SkeletonError) {
    guard name.utf8.first.map(isLetter) == true, name.utf8.allSatisfy(isLetterOrDigit), name.utf8.count <= 32 else {
      throw .name(name)
    }
    let lower = name.lowercased()
    guard !Self.taken.contains(lower) else { throw .nameTaken(name) }
    let upper = name.prefix(1).uppercased() + name.dropFirst()
    let vendor = vendor ?? String(String(repeating: upper, count: 12).prefix(12))
    guard vendor.utf8.count == 12, vendor.utf8.allSatisfy(standsInText) else { throw .vendor(vendor) }
    let id = id ?? "org.example.pmu.\(lower)"
    let words = id.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard words.count > 1, words.allSatisfy({ !$0.isEmpty && $0.allSatisfy(standsInWord) }) else { throw .id(id) }
    values = ["name": lower, "Name": upper, "vendor": vendor, "id": id]
  }

  /// Names in lower case. `VPMU` in front of one is a module of this package; `Model` behind one is a protocol that a
  /// model conforms to; or a plugin has it that comes with vpmu.
  static let taken: Set<String> = [
    "amd", "bench", "benchkvm", "conformance", "core", "intel", "loader", "model", "pluginkit", "pmu", "skeleton",
    "trace", "vpmu",
  ]

  /// The same with a directory for `{{package}}`.
  func with(package path: String) -> SkeletonWords {
    var words = self
    let special: Set<Character> = ["\\", "\""]
    words.values["package"] = path.reduce(into: "") { $0 += special.contains($1) ? "\\\($1)" : "\($1)" }
    return words
  }

  /// The text with what its placeholders stand for.
  func fill(_ template: String) -> String {
    template.replacing(/\{\{([A-Za-z]+)\}\}/) { values[$0.1] ?? String($0.0) }
  }
}

private func isLetter(_ byte: UInt8) -> Bool {
  (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
}

private func isLetterOrDigit(_ byte: UInt8) -> Bool {
  isLetter(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
}

/// In a word of an id.
private func standsInWord(_ byte: UInt8) -> Bool { isLetterOrDigit(byte) || "-_+".utf8.contains(byte) }

/// In a string of C and of Swift, as it is. Two question marks begin a trigraph in C.
private func standsInText(_ byte: UInt8) -> Bool { (0x20...0x7E).contains(byte) && !#""\?"#.utf8.contains(byte) }
