import Testing
import VPMUModel
import VPMUTrace

private let first =
  #"{"op":"configure","vendor":"acme","title":"a \"t\"\\\u00e9\n","#
  + #""host":{"gp_counters":4,"fixed_counters":0,"gp_width":48}}"#

/// A line, and what is said of it.
struct MalformedLine: Sendable, CustomTestStringConvertible {
  var text: String
  var fault: TraceFault
  var testDescription: String { text }

  init(_ text: String, _ fault: TraceFault) {
    self.text = text
    self.fault = fault
  }
}

private func parse(_ text: String) throws(TraceError) -> Trace { try Trace(parsing: text.utf8, file: "t.jsonl") }

@Suite struct TraceReadingTests {
  static let malformed: [MalformedLine] = [
    // JSON
    .init(#""#, .notJSON(column: 1, expected: "{")),
    .init(#"wrmsr"#, .notJSON(column: 1, expected: "{")),
    .init(#"["op"]"#, .notJSON(column: 1, expected: "{")),
    .init(#"{"op":"sched_in"} {"#, .notJSON(column: 19, expected: "the end of the line")),
    .init(#"{"op":"sched_in""#, .notJSON(column: 17, expected: ", or }")),
    .init(#"{"op":"sched_in",}"#, .notJSON(column: 18, expected: "a field name in quotes")),
    .init(#"{"op" "sched_in"}"#, .notJSON(column: 7, expected: ":")),
    .init(#"{"op":}"#, .notJSON(column: 7, expected: "a value")),
    .init(#"{"op":tru}"#, .notJSON(column: 7, expected: "a value")),
    .init(#"{"op":[1 2]}"#, .notJSON(column: 10, expected: ", or ]")),
    .init(#"{"op":-}"#, .notJSON(column: 8, expected: "a digit")),
    .init(#"{"op":01}"#, .notJSON(column: 8, expected: ", or }")),
    .init(#"{"op":1.}"#, .notJSON(column: 9, expected: "a digit")),
    .init(#"{"op":1e}"#, .notJSON(column: 9, expected: "a digit")),
    .init(#"{"op":"sched_in}"#, .notJSON(column: 17, expected: "the closing quote")),
    .init(#"{"op":"\q"}"#, .notJSON(column: 9, expected: "one of the escapes of JSON")),
    .init(#"{"op":"\u12g4"}"#, .notJSON(column: 12, expected: "four hexadecimal digits")),
    .init(#"{"op":"\ud800"}"#, .notJSON(column: 14, expected: "the second half of a surrogate pair")),
    .init(#"{"op":"\udc00"}"#, .notJSON(column: 14, expected: "a surrogate pair")),
    .init("{\"op\":\"a\tb\"}", .notJSON(column: 9, expected: "an escape in place of a control character")),
    .init(#"{"op":[[[[1]]]]}"#, .notJSON(column: 10, expected: "no more than 4 levels")),
    .init(
      #"{"op":"sched_in","op":"enter"}"#,
      .notJSON(column: 18, expected: #"a name other than "op", which is there already,"#)),
    // operations and fields
    .init(#"{}"#, .missingField("op")),
    .init(#"{"op":1}"#, .wrongType(field: "op", expected: "a string")),
    .init(#"{"op":"rdmrs"}"#, .unknownOperation("rdmrs")),
    .init(first, .configurationRepeated),
    .init(#"{"op":"sched_in","cpl":0}"#, .unknownField("cpl", operation: "sched_in")),
    .init(#"{"op":"wrmsr","msr":"0x1","ok":true}"#, .missingField("value")),
    .init(#"{"op":"rdmsr","msr":"0x1","ok":true}"#, .missingField("value")),
    .init(#"{"op":"rdmsr","msr":"0x1","ok":false,"value":"0x0"}"#, .unknownField("value", operation: "rdmsr")),
    .init(
      #"{"op":"rdmsr","msr":"0x1","host_initated":true,"ok":false}"#,
      .unknownField("host_initated", operation: "rdmsr")),
    .init(#"{"op":"enter","pmi":0,"host_events":1}"#, .wrongType(field: "pmi", expected: "true or false")),
    .init(
      #"{"op":"enter","pmi":true,"host_events":"0x1"}"#,
      .wrongType(field: "host_events", expected: "a whole number from 0 to 4294967295, without quotes")),
    .init(
      #"{"op":"enter","pmi":true,"host_events":-1}"#,
      .wrongType(field: "host_events", expected: "a whole number from 0 to 4294967295, without quotes")),
    .init(
      #"{"op":"enter","pmi":true,"host_events":1.0}"#,
      .wrongType(field: "host_events", expected: "a whole number from 0 to 4294967295, without quotes")),
    .init(
      #"{"op":"enter","pmi":true,"host_events":4294967296}"#,
      .outOfRange(field: "host_events", found: "4294967296", limit: "4294967295")),
    // hexadecimal numbers
    .init(
      #"{"op":"rdmsr","msr":193,"ok":false}"#,
      .wrongType(field: "msr", expected: #"a string with a hexadecimal number, such as "0x186""#)),
    .init(#"{"op":"rdmsr","msr":"c1","ok":false}"#, .notHexadecimal(field: "msr", found: "c1")),
    .init(#"{"op":"rdmsr","msr":"0x","ok":false}"#, .notHexadecimal(field: "msr", found: "0x")),
    .init(#"{"op":"rdmsr","msr":"0x+1","ok":false}"#, .notHexadecimal(field: "msr", found: "0x+1")),
    .init(#"{"op":"rdmsr","msr":"0x-1","ok":false}"#, .notHexadecimal(field: "msr", found: "0x-1")),
    .init(#"{"op":"rdmsr","msr":"0x1g","ok":false}"#, .notHexadecimal(field: "msr", found: "0x1g")),
    .init(#"{"op":"rdmsr","msr":"0x１","ok":false}"#, .notHexadecimal(field: "msr", found: "0x１")),
    .init(
      #"{"op":"rdmsr","msr":"0x00000000000000001","ok":false}"#,
      .notHexadecimal(field: "msr", found: "0x00000000000000001")),
    .init(
      #"{"op":"rdmsr","msr":"0x100000000","ok":false}"#,
      .outOfRange(field: "msr", found: #""0x100000000""#, limit: "0xffffffff")),
    .init(
      #"{"op":"rdpmc","ecx":"0x100000000","cpl":0,"cr4_pce":true,"ok":false}"#,
      .outOfRange(field: "ecx", found: #""0x100000000""#, limit: "0xffffffff")),
    .init(
      #"{"op":"rdpmc","ecx":"0x0","cpl":4,"cr4_pce":true,"ok":false}"#,
      .outOfRange(field: "cpl", found: "4", limit: "3")),
    // words and ranges of single operations
    .init(
      #"{"op":"run","select":"0xc0","umask":"0x0","ring":"hypervisor","count":1}"#,
      .unknownWord(field: "ring", found: "hypervisor", choices: ["kernel", "user"])),
    .init(
      #"{"op":"run","select":"0x1000","umask":"0x0","ring":"user","count":1}"#,
      .outOfRange(field: "select", found: #""0x1000""#, limit: "0xfff")),
    .init(
      #"{"op":"run","select":"0xc0","umask":"0x100","ring":"user","count":1}"#,
      .outOfRange(field: "umask", found: #""0x100""#, limit: "0xff")),
    .init(#"{"op":"run","counts":{"0":1},"ring":"user"}"#, .unknownField("ring", operation: "run")),
    .init(#"{"op":"run","counts":[1]}"#, .wrongType(field: "counts", expected: "an object")),
    .init(#"{"op":"run","counts":{"64":1}}"#, .outOfRange(field: "counts", found: "64", limit: "63")),
    .init(#"{"op":"run","counts":{"+1":1}}"#, .notHexadecimal(field: "counts", found: "+1")),
    .init(#"{"op":"run","counts":{"1":1,"0x1":1}}"#, .unknownField("0x1", operation: "run")),
    .init(
      #"{"op":"filter","action":"drop","masked":false,"fixed_bitmap":"0x0","events":[],"ok":true}"#,
      .unknownWord(field: "action", found: "drop", choices: ["allow", "deny"])),
    .init(
      #"{"op":"filter","action":"deny","masked":false,"fixed_bitmap":"0x0","events":["c0"],"ok":true}"#,
      .notHexadecimal(field: "events", found: "c0")),
    .init(
      #"{"op":"filter","action":"deny","masked":false,"fixed_bitmap":"0x0","events":"0xc0","ok":true}"#,
      .wrongType(field: "events", expected: "an array of strings with hexadecimal numbers")),
    .init(#"{"op":"totals","created":0,"reused":0,"released":0}"#, .missingField("live")),
  ]

  @Test(arguments: malformed)
  func `A malformed line is refused with file, line and reason`(_ line: MalformedLine) {
    let text = [first, #"{"op":"sched_in"}"#, line.text, #"{"op":"sched_in"}"#].joined(separator: "\n")
    let error = #expect(throws: TraceError.self) { try parse(text) }
    #expect(error == .malformed(file: "t.jsonl", line: 3, line.fault))
    #expect(error.map(String.init(describing:))?.hasPrefix("t.jsonl:3: ") == true)
  }

  @Test(arguments: [
    MalformedLine("", .empty),
    .init("\n", .notJSON(column: 1, expected: "{")),
    .init(#"{"op":"sched_in"}"#, .configurationMissing(found: "sched_in")),
    .init(#"{"op":"configure","title":"","host":{}}"#, .missingField("vendor")),
    .init(#"{"op":"configure","vendor":"amd","title":"","host":{}}"#, .missingField("gp_counters")),
    .init(
      first.replacing(#""host":{"#, with: #""host":{"gp_size":1,"#),
      .unknownField("gp_size", operation: "configure, in host,")),
    .init(
      first.replacing(#""host":"#, with: #""cpuid_0000000a":{"eax":"0x0"},"host":"#), .missingField("ebx")),
    .init(
      first.replacing(
        #""host":"#,
        with: #""cpuid_0000000a":{"eax":"0x0","ebx":"0x0"},"cpuid_0000000A":{"eax":"0x0","ebx":"0x0"},"host":"#),
      .unknownField("cpuid_0000000A", operation: "configure")),
    .init(
      first.replacing(#""host":"#, with: #""cpuid_a":{"eax":"0x0"},"host":"#),
      .unknownField("cpuid_a", operation: "configure")),
    .init(
      first.replacing(
        #""host":"#,
        with: #""cpuid_0000000a.1":{"eax":"0x0","ebx":"0x0"},"cpuid_0000000a.01":{"eax":"0x0","ebx":"0x0"},"host":"#),
      .unknownField("cpuid_0000000a.01", operation: "configure")),
    .init(
      first.replacing(#""host":"#, with: #""cpuid_0000000a.0":{"eax":"0x0"},"host":"#),
      .unknownField("cpuid_0000000a.0", operation: "configure")),
    .init(
      first.replacing(#""host":"#, with: #""cpuid_0000000a.123456789":{"eax":"0x0"},"host":"#),
      .unknownField("cpuid_0000000a.123456789", operation: "configure")),
    .init(first.replacing("48", with: "65"), .outOfRange(field: "gp_width", found: "65", limit: "64")),
    .init(
      first.replacing(#""host":"#, with: #""perfctr_core":1,"host":"#),
      .wrongType(field: "perfctr_core", expected: "true or false")),
  ])
  func `A malformed beginning is refused`(_ line: MalformedLine) {
    #expect(throws: TraceError.malformed(file: "t.jsonl", line: 1, line.fault)) { try parse(line.text) }
  }

  @Test func `What is not UTF-8 is refused`() {
    let bytes = Array(first.utf8) + [0x0A] + Array(#"{"op":"sched_"#.utf8) + [0xFF] + Array("\"}".utf8)
    #expect(throws: TraceError.malformed(file: "t", line: 2, .notUTF8)) { try Trace(parsing: bytes, file: "t") }
  }

  @Test func `A line of absurd length is refused, one of the greatest length is read`() throws {
    let step = #"{"op":"sched_in"}"#
    let longest = step + String(repeating: " ", count: Trace.longestLine - step.utf8.count)
    #expect(try parse(first + "\n" + longest + "\n" + step).steps.count == 2)
    #expect(throws: TraceError.malformed(file: "t.jsonl", line: 2, .lineTooLong(limit: Trace.longestLine))) {
      try parse(first + "\n" + longest + " ")
    }
  }

  @Test func `A file that can't be read is named with the system's words`() {
    let error = #expect(throws: TraceError.self) { try Trace(contentsOf: "/nowhere/t.jsonl") }
    #expect(error.map { "\($0)" }?.hasPrefix("/nowhere/t.jsonl: can't be read: No such file or directory") == true)
    let directory = #expect(throws: TraceError.self) { try Trace(contentsOf: "/") }
    #expect(directory.map { "\($0)" }?.hasPrefix("/: can't be read: Is a directory") == true)
  }

  @Test func `A device that never ends is refused at its first line`() {
    #expect(throws: TraceError.malformed(file: "/dev/zero", line: 1, .lineTooLong(limit: Trace.longestLine))) {
      try Trace(contentsOf: "/dev/zero")
    }
  }

  @Test func `Foreign text in a message is short and has no control characters`() {
    let name = "\u{1B}[31m" + String(repeating: "x", count: 1000)
    let message = "\(TraceFault.unknownOperation(name))"
    #expect(message.unicodeScalars.allSatisfy { $0.value >= 0x20 })
    #expect(message.count < 250)
  }

  @Test func `Another plugin's vendor, escapes and the order of fields are no matter`() throws {
    let trace = try parse(first + "\r\n" + #" { "ok" : true , "value" : "0xFF" , "msr":"0xC1", "op":"\u0077rmsr" } "#)
    #expect(trace.configuration.vendor == "acme")
    #expect(trace.configuration.title == "a \"t\"\\é\n")
    #expect(trace.steps == [TraceStep(line: 2, operation: .writeMSR(MSRNumber(0xC1), 0xFF, origin: .guest, ok: true))])
  }

  @Test func `The optional fields of a recording are read`() throws {
    let text = [
      first, #"{"op":"emulated","event":"0xc0","cpl":3,"count":7}"#,
      #"{"op":"run","counts":{"32":18446744073709551615,"0":2,"0x3":3}}"#,
      #"{"op":"rdmsr","msr":"0xc1","host_initiated":true,"ok":false}"#,
    ].joined(separator: "\n")
    #expect(
      try parse(text).steps.map(\.operation) == [
        .emulated(selector: 0xC0, cpl: 3, count: 7),
        .slice([
          TraceSliceCount(pmc: .generalPurpose(0), count: 2), TraceSliceCount(pmc: .generalPurpose(3), count: 3),
          TraceSliceCount(pmc: .fixed(0), count: .max),
        ]),
        .readMSR(MSRNumber(0xC1), origin: .host, value: nil),
      ])
  }

  @Test func `The configuration becomes the guest's CPUID and the host's limits`() throws {
    let text = first.replacing(
      #""host":"#,
      with: #""perfctr_core":true,"cpuid_80000022":{"eax":"0x1","ebx":"0x6"},"perf_capabilities":"0x2000","host":"#)
    let configuration = try parse(text).configuration
    #expect(configuration.guest.leaf(0x8000_0001).ecx == 1 << 23)
    #expect(configuration.guest.leaf(0x8000_0022).ebx == 6)
    #expect(configuration.guest.perfCapabilities == 0x2000)
    #expect(configuration.host.limits.gp_counters == 4)
    #expect(configuration.host.limits.fixed_width == 48)
    let subleaf = first.replacing(#""host":"#, with: #""cpuid_00000023.1":{"eax":"0x3","ebx":"0x0"},"host":"#)
    #expect(try parse(subleaf).configuration.guest.leaf(0x23, subleaf: 1).eax == 3)
    var stated = configuration
    stated.leaves.append(TraceLeaf(leaf: 0x8000_0001, eax: 1, ebx: 0, ecx: 1))
    #expect(stated.guest.leaf(0x8000_0001).ecx == 1 << 23 | 1)
    #expect(stated.guest.leaves.count == 2)
    stated.perfctrCore = false
    #expect(stated.guest.leaf(0x8000_0001).ecx == 1)
  }
}
